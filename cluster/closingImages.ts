import { closingImages, type ClosingImage } from "../mesh/registries";
import { systemNamespace } from "../mesh/values";
import { optional } from "./errors";
import type { Cluster } from "./kubernetes";

/** What istio-system and a stack's namespaces run from image registries that close; of what may not be seen, nothing. */
export async function readClosingImages(
  { core }: Cluster,
  namespaces: readonly string[],
): Promise<readonly ClosingImage[]> {
  const names = [...new Set([systemNamespace, ...namespaces])];
  const lists = await Promise.all(names.map((namespace) => optional(core.listNamespacedPod({ namespace }))));
  return closingImages(lists.flatMap((list) => list?.items ?? []));
}
