import { unlessInternal } from "../../cluster/client/errors";
import type { Cluster } from "../../cluster/client/kubernetesClient";
import { revisionsInUse } from "../../cluster/upgrade/observe";
import { defaultRevision } from "../../mesh/istio/controlPlanes";
import type { MeshPlan } from "../../mesh/meshPlan";
import type { StackState, StateRelease } from "./stackState";

const revisionOf = (release: string) => /^istiod(?:-(.+))?$/.exec(release)?.[1] ?? defaultRevision;

/**
 * Control planes in the state but not in the settings, kept while proxies use them or usage is unknown; others are deleted.
 */
export async function retainedControlPlanes(
  { settings, mesh }: MeshPlan,
  { releases }: StackState,
  connected: () => Promise<Cluster>,
): Promise<readonly StateRelease[]> {
  if (settings.layout !== "modern" || settings.istio.controlPlane !== "managed") return [];
  const { name } = mesh.controlPlane;
  const old = releases.filter((release) => /^istiod(-|$)/.test(release.name) && release.name !== name);
  if (old.length === 0) return [];
  const used = await connected()
    .then(revisionsInUse)
    .catch((error: unknown) => {
      unlessInternal(error);
      return undefined;
    });
  return old.filter((release) => used?.has(revisionOf(release.name)) ?? true);
}
