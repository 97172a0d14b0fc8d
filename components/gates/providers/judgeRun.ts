import type { Cluster } from "../../../cluster/client/kubernetesClient";
import { readMetrics } from "../../../cluster/upgrade/pilots";
import { readOutdated } from "../../../cluster/rollout/readNamespace";
import { readClosingImages } from "../../../cluster/upgrade/closingImages";
import { readNoteEvidence } from "../../../cluster/upgrade/noteEvidence";
import { defaultRevision } from "../../../mesh/istio/controlPlanes";
import { closingText, hubNote } from "../../../mesh/istio/registries";
import { officialHub } from "../../../mesh/istio/releases";
import { planRollout, type RolloutTask } from "../../../mesh/rollout/plan";
import { servedVersion } from "../../../mesh/rollout/servingControlPlane";
import { canarySteps, stayingNotes } from "../../../mesh/upgrade/canarySteps";
import { judge, reapplied } from "../../../mesh/upgrade/gate";
import { targetOf, type JudgedMesh, type ObservedMesh } from "../../../mesh/upgrade/gateTypes";
import { runningOf } from "../../../mesh/upgrade/revisions";
import { upgradeSteps } from "../../../mesh/upgrade/upgradeSteps";
import { gateNotes, judgeStep, kindsOf, type GateNotes } from "../../../mesh/upgradeNotes/judge";
import { noteStep } from "../../../mesh/upgradeNotes/gateStep";

/** What a run is judged by, beside the cluster. */
export interface JudgedRun extends JudgedMesh {
  readonly production: boolean;
  /** Image registry that the control plane's release asks for. Default: the chart's own. */
  readonly hub?: string;
  /** Switches of istiod that upgrade notes know, as the control plane's release sets them. Default: none. */
  readonly switches?: Readonly<Record<string, string>>;
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

/** What Istio's upgrade notes say of the step, by the objects that are in the cluster. */
async function judgeNotes(cluster: Cluster, found: ObservedMesh, run: JudgedRun): Promise<GateNotes> {
  const step = noteStep(found, run);
  if (step === undefined) return gateNotes(undefined, run.allow);
  // Where the charts of a minor name a registry that closes, the program names the official one.
  const asked = { ...step, hub: run.hub ?? officialHub, env: run.switches ?? {} };
  return gateNotes(judgeStep(await readNoteEvidence(cluster, kindsOf([asked])), asked), run.allow);
}

/** Judges a run before anything changes: the step of the version, the releases, the rollout, the images. */
export async function judgeAll(cluster: Cluster, found: ObservedMesh, run: JudgedRun) {
  const running = runningOf(found, run);
  const changes = run.controlPlane === "managed" && running !== undefined && running !== targetOf(run);
  const judged = judge(found, run, Math.floor(Date.now() / 1000));
  // Set by `up --reapply`: a wish for one run is no setting, and nothing of it stays in the state.
  const verdict = process.env["JAM_ISTIO_REAPPLY"] === "1" ? reapplied(judged, run, found.records) : judged;
  const [rollout, rejections, closing, upgrade] = await Promise.all([
    judgeRollout(cluster, found, run),
    changes ? judgeRejections(cluster, run) : [],
    readClosingImages(cluster, run.rollout.namespaces),
    judgeNotes(cluster, found, run),
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
    refused: [...verdict.refused, ...rejections, ...upgrade.refused],
    refusedRollout: rollout.refused,
    warnings: [...verdict.warnings, ...closingText(closing, run.hub), ...upgrade.warnings],
    notes: [
      ...steps,
      ...(begins ? [canarySteps(run)] : []),
      ...stayingNotes(staying, run.partReleases),
      ...(hub === undefined ? [] : [hub]),
      ...upgrade.notes,
      ...rollout.notes,
    ],
  };
}
