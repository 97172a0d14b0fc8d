import { releasePlans } from "../mesh/install/helmReleases";
import type { ControlPlane } from "../mesh/istio/controlPlanes";
import { closingText, effectiveHub } from "../mesh/istio/registries";
import { dataPlaneOf, type DataPlane } from "../mesh/rollout/plan";
import { servedVersion, servingOf, targetVersion } from "../mesh/rollout/servingControlPlane";
import { unfinishedReleases } from "../mesh/upgrade/helmHistory";
import type { Settings } from "../settings/types";
import { connect } from "./client/kubernetesClient";
import { surveyNamespaces } from "./rollout/readNamespace";
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
  /** What deployed releases lack; up restores it. */
  readonly missing: readonly string[];
  /** Releases whose last change did not finish, with Helm's word for it. */
  readonly unfinished: readonly string[];
  /** Images that run from registries that are switched off, with the remedy. */
  readonly closingImages: readonly string[];
}

/**
 * Reads what runs; changes nothing.
 * @throws Error with one line when the API server cannot be asked
 */
export async function readStatus(settings: Settings): Promise<MeshStatus> {
  const { kubernetes, istio, namespace, layout, rollout } = settings;
  const { controlPlane, version, revision } = istio;
  const found = await observe(kubernetes, { namespace, controlPlane, layout, version, revision, recorded: undefined });
  const serving = servingOf(settings);
  const names = releasePlans(settings).map(({ name }) => name);
  const running = found.planes.find((plane) => plane.revision === serving.revision);
  const target = servedVersion(found.planes, serving) ?? version;
  const options = { version: target, revision: serving.revision, daemonSets: rollout.daemonSets };
  const cluster = await connect(kubernetes);
  const [surveys, closing] = await Promise.all([
    surveyNamespaces(cluster, rollout.namespaces, options),
    readClosingImages(cluster, [namespace, ...rollout.namespaces]),
  ]);
  return {
    stack: settings.stack,
    wanted: targetVersion(settings),
    controlPlanes: found.planes,
    dataPlane: dataPlaneOf(running?.ready.join(" and ") ?? "none", surveys),
    outdated: surveys.flatMap(({ restarts }) => restarts.map(({ name }) => name)),
    left: surveys.flatMap((one) => one.left),
    missing: found.missing.flatMap(({ gone }) => gone),
    unfinished: controlPlane === "managed" ? unfinishedReleases(names, found.records) : [],
    closingImages: closingText(closing, controlPlane === "managed" ? effectiveHub(settings) : undefined),
  };
}
