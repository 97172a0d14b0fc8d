import type { V1Pod } from "@kubernetes/client-node";
import { optional, unlessInternal } from "./errors";
import { bounded, type Cluster } from "./kubernetesClient";

/** What a person is told of a pod that has gone meanwhile; `undefined` where it is there, or that cannot be told. */
export async function goneText({ core }: Cluster, { metadata }: V1Pod): Promise<string | undefined> {
  const [name, namespace] = [metadata?.name ?? "", metadata?.namespace ?? ""];
  try {
    const now = await bounded("the Kubernetes API", 10, optional(core.readNamespacedPod({ name, namespace })));
    // A new one of the same name is another.
    if (now?.metadata?.uid !== metadata?.uid) return `pod ${namespace}/${name} is gone`;
    return now?.metadata?.deletionTimestamp === undefined ? undefined : `pod ${namespace}/${name} is being deleted`;
  } catch (error) {
    unlessInternal(error);
    return undefined;
  }
}
