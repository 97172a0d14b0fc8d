import type { V1Pod } from "@kubernetes/client-node";
import { captureNamespace, endHolder } from "../../mesh/capture/captureObjects";
import { captureLeftovers, type Leftover } from "../../mesh/capture/leftovers";
import { ClusterUnreachable, isDenied, isNotFound } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";
import { removePod } from "./nodePod";

/** What captures left in a cluster, as far as it may be seen. */
export interface FoundLeftovers {
  readonly found: readonly Leftover[];
  /** Namespaces, or all others, that may not be read. */
  readonly unseen: readonly string[];
}

/** Looks for it in all namespaces; where that is not permitted, in the instance's and in that of our own pods. */
export async function findLeftovers({ core }: Cluster, namespace: string): Promise<FoundLeftovers> {
  const of = (pods: readonly V1Pod[], unseen: readonly string[]) => ({
    found: captureLeftovers(pods, Date.now()),
    unseen,
  });
  try {
    return of((await core.listPodForAllNamespaces()).items, []);
  } catch (error) {
    if (!isDenied(error)) throw error;
  }
  const { items } = await core.listNamespacedPod({ namespace });
  try {
    const own = await core.listNamespacedPod({ namespace: captureNamespace });
    return of([...items, ...own.items], ["namespaces other than these two"]);
  } catch (error) {
    if (!isDenied(error)) throw error;
    return of(items, [captureNamespace, "all other namespaces"]);
  }
}

/** Whether it can be taken away: an ephemeral container stays in its pod, and only ours is known how to end. */
export const isRemovable = ({ container, by }: Leftover) => container === undefined || by === "jam-istio";

/** Takes it away: removes the pod, or ends what runs in our ephemeral container. */
export async function removeLeftover(cluster: Cluster, { pod, container }: Leftover): Promise<void> {
  const [namespace, name] = [pod.metadata?.namespace ?? "", pod.metadata?.name ?? ""];
  if (container === undefined) {
    await removePod(cluster, namespace, name);
    return;
  }
  try {
    const { code, stderr } = await cluster.exec({
      ...{ namespace, pod: name, container, seconds: 20 },
      command: endHolder(pod, container),
    });
    if (code !== 0) throw new ClusterUnreachable(stderr.trim() || `exit code ${String(code)}`);
  } catch (error) {
    // It ended by itself meanwhile.
    if (!isNotFound(error)) throw error;
  }
}
