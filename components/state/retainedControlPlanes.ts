import { unlessInternal } from "../../cluster/client/errors";
import { connect } from "../../cluster/client/kubernetesClient";
import { revisionsInUse } from "../../cluster/upgrade/observe";
import { controlPlaneRelease } from "../../mesh/install/helmReleases";
import { defaultRevision } from "../../mesh/istio/controlPlanes";
import type { Settings } from "../../settings/types";
import type { StackState, StateRelease } from "./stackState";

const revisionOf = (release: string) => /^istiod(?:-(.+))?$/.exec(release)?.[1] ?? defaultRevision;

/**
 * The control planes of the state that the settings name no more, and that must stay: proxies use them, or that cannot be
 * known. The others go.
 */
export async function keptPlanes(settings: Settings, { releases }: StackState): Promise<readonly StateRelease[]> {
  if (settings.layout !== "modern" || settings.istio.controlPlane !== "managed") return [];
  const { name } = controlPlaneRelease(settings);
  const old = releases.filter((release) => /^istiod(-|$)/.test(release.name) && release.name !== name);
  if (old.length === 0) return [];
  const used = await connect(settings.kubernetes)
    .then(revisionsInUse)
    .catch((error: unknown) => {
      unlessInternal(error);
      return undefined;
    });
  return old.filter((release) => used?.has(revisionOf(release.name)) ?? true);
}
