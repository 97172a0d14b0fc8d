import type { Cluster } from "../../../cluster/client/kubernetesClient";
import { readMetrics } from "../../../cluster/upgrade/pilots";
import { readOutdated } from "../../../cluster/rollout/readNamespace";
import { readClosingImages } from "../../../cluster/upgrade/closingImages";
import { defaultRevision } from "../../../mesh/istio/controlPlanes";
import { closingText, hubNote } from "../../../mesh/istio/registries";
import { planRollout, type RolloutTask } from "../../../mesh/rollout/plan";
import { servedVersion } from "../../../mesh/rollout/servingControlPlane";
import { canarySteps, stayingNotes } from "../../../mesh/upgrade/canarySteps";
import { judge, reapplied } from "../../../mesh/upgrade/gate";
import { targetOf, type JudgedMesh, type ObservedMesh } from "../../../mesh/upgrade/gateTypes";
import { runningOf } from "../../../mesh/upgrade/revisions";
import { upgradeSteps } from "../../../mesh/upgrade/upgradeSteps";

/** What a run is judged by, beside the cluster. */
export interface JudgedRun extends JudgedMesh {
  readonly production: boolean;
  /** Image registry that the control plane's release asks for. Default: the chart's own. */
  readonly hub?: string;
  readonly rollout: RolloutTask;
}

/** What the sidecars' rollout will do, judged before the control plane is touched. */
async function judgeRollout(cluster: Cluster, { controlPlanes }: ObservedMesh, run: JudgedRun) {
  const { rollout, production, allow } = run;
  const target = servedVersion(controlPlanes, rollout.serving);
  if (target === undefined) return { refused: [], notes: [] };
  return planRollout(await readOutdated(cluster, rollout, target), target, rollout, { production, allow });
}

/** Proxies that refuse configuration already would make a good upgrade look bad. */
async function judgeRejections(cluster: Cluster, { allow, revision }: JudgedRun): Promise<readonly string[]> {
  if (allow.includes("rejected-configuration")) return [];
  const refused = (await readMetrics(cluster, revision ?? defaultRevision))?.rejections ?? 0;
  if (refused === 0) return [];
  return [
    `proxies refused ${String(refused)} configurations of the running control plane since it started (metric ` +
      "pilot_total_xds_rejects), so an upgrade could not be judged. Fix what they refuse and restart the control plane, or " +
      "acknowledge with istio.allow: [rejected-configuration]",
  ];
}

/** Judges a run before anything changes: the step of the version, the releases, the rollout, the images. */
export async function judgeAll(cluster: Cluster, found: ObservedMesh, run: JudgedRun) {
  const running = runningOf(found, run);
  const changes = run.controlPlane === "managed" && running !== undefined && running !== targetOf(run);
  const judged = judge(found, run, Math.floor(Date.now() / 1000));
  // Set by `up --reapply`: a wish for one run is no setting, and nothing of it stays in the state.
  const verdict = process.env["JAM_ISTIO_REAPPLY"] === "1" ? reapplied(judged, run) : judged;
  const [rollout, rejections, closing] = await Promise.all([
    judgeRollout(cluster, found, run),
    changes ? judgeRejections(cluster, run) : [],
    readClosingImages(cluster, run.rollout.namespaces),
  ]);
  const moves = running === undefined || changes || closing.length > 0;
  const { staying = [] } = run;
  const steps = changes
    ? [upgradeSteps(running, { ...run, releases: run.releases.filter((name) => !staying.includes(name)) })]
    : [];
  const begins = run.controlPlane === "managed" && running === undefined && found.controlPlanes.length > 0;
  const hub = moves ? hubNote(run.version, run.hub) : undefined;
  return {
    ...verdict,
    refused: [...verdict.refused, ...rejections],
    refusedRollout: rollout.refused,
    warnings: [...verdict.warnings, ...closingText(closing, run.hub)],
    notes: [
      ...steps,
      ...(begins ? [canarySteps(run)] : []),
      ...stayingNotes(staying),
      ...(hub === undefined ? [] : [hub]),
      ...rollout.notes,
    ],
  };
}
