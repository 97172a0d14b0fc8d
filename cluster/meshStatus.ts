import { effectiveHub } from "../mesh/install/helmReleases";
import type { ControlPlane } from "../mesh/istio/controlPlanes";
import { closingText } from "../mesh/istio/registries";
import type { MeshPlan } from "../mesh/meshPlan";
import { dataPlaneOf, type DataPlane } from "../mesh/rollout/plan";
import { servedVersion } from "../mesh/rollout/servingControlPlane";
import { isOwnRelease, unfinishedReleases } from "../mesh/upgrade/helmHistory";
import type { Cluster } from "./client/kubernetesClient";
import { readOutdated } from "./rollout/readNamespace";
import { readClosingImages } from "./upgrade/closingImages";
import { observe } from "./upgrade/observe";

/** What runs of a stack's mesh at this moment. */
export interface MeshStatus {
  readonly stack: string;
  /** Version that the settings ask for. */
  readonly wanted: string;
  readonly controlPlanes: readonly ControlPlane[];
  /** Proxies of the rolled namespaces. */
  readonly dataPlane: DataPlane;
  /** Workloads whose sidecar is not the control plane's; up restarts them. */
  readonly outdated: readonly string[];
  /** Outdated sidecars that no restart replaces. */
  readonly left: readonly string[];
  /** What this stack's deployed releases lack; up repairs it. */
  readonly missing: readonly string[];
  /** What other releases in istio-system lack, with their names; up leaves them alone. */
  readonly missingOfOthers: readonly string[];
  /** Releases whose last change did not finish, with Helm's word for it. */
  readonly unfinished: readonly string[];
  /** Images that run from registries that are switched off, with the remedy. */
  readonly closingImages: readonly string[];
}

/**
 * Reads what runs; changes nothing.
 * @throws Error with one line when the API server cannot be asked
 */
export async function readStatus(cluster: Cluster, plan: MeshPlan): Promise<MeshStatus> {
  const { settings, serving, releases } = plan;
  const { istio, namespace, layout, rollout } = settings;
  const { controlPlane, version, revision } = istio;
  const found = await observe(cluster, { namespace, controlPlane, layout, version, revision, recorded: undefined });
  const running = found.controlPlanes.find((one) => one.revision === serving.revision);
  const target = servedVersion(found.controlPlanes, serving) ?? version;
  const [sidecars, closing] = await Promise.all([
    readOutdated(cluster, { ...rollout, serving }, target),
    readClosingImages(cluster, [namespace, ...rollout.namespaces]),
  ]);
  const names = releases.map(({ name }) => name);
  const isOwn = (release: string) => names.includes(release) && isOwnRelease(release, found.records, settings.stack);
  return {
    stack: settings.stack,
    wanted: plan.targetVersion,
    controlPlanes: found.controlPlanes,
    dataPlane: dataPlaneOf(running?.ready.join(" and ") ?? "none", sidecars),
    outdated: sidecars.flatMap(({ restarts }) => restarts.map(({ name }) => name)),
    left: sidecars.flatMap((one) => one.notRestartable),
    missing: found.missing.filter(({ release }) => isOwn(release)).flatMap(({ gone }) => gone),
    missingOfOthers: found.missing
      .filter(({ release }) => !isOwn(release))
      .flatMap(({ release, gone }) => gone.map((line) => `release ${release}: ${line}`)),
    unfinished: unfinishedReleases(names, found.records),
    closingImages: closingText(closing, controlPlane === "managed" ? effectiveHub(plan.mesh.controlPlane) : undefined),
  };
}
