import { systemNamespace } from "../../mesh/istio/names";
import { closingImages, type ClosingImage } from "../../mesh/istio/registries";
import { optional } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";

/** What istio-system and a stack's namespaces run from image registries that close; of what may not be seen, nothing. */
export async function readClosingImages(
  { core }: Cluster,
  namespaces: readonly string[],
): Promise<readonly ClosingImage[]> {
  const names = [...new Set([systemNamespace, ...namespaces])];
  const lists = await Promise.all(names.map((namespace) => optional(core.listNamespacedPod({ namespace }))));
  return closingImages(lists.flatMap((list) => list?.items ?? []));
}
