import type { V1Pod } from "@kubernetes/client-node";
import { ClusterUnreachable, isNotFound } from "../../cluster/client/errors";
import { goneText } from "../../cluster/client/goneText";
import { bounded, type Cluster } from "../../cluster/client/kubernetesClient";
import { sidecarsOf } from "../../cluster/faults/sidecarAdmin";
import { proxyContainer } from "../../mesh/istio/pods";
import { isLive } from "../../mesh/istio/proxies";
import { listText } from "../../mesh/rollout/plan";
import { isBug } from "../../tools/errors";
import { UserError } from "../terminal/userError";

/**
 * The pod that a person named, with its proxy.
 * @throws UserError naming the pods that there are, where it is not there, has no proxy, or does not run
 */
export async function findPod(cluster: Cluster, namespace: string, name: string): Promise<V1Pod> {
  const others = async () => {
    const names = (await sidecarsOf(cluster, namespace)).map(({ metadata }) => metadata?.name ?? "");
    return names.length === 0 ? `No pod of ${namespace} has one` : `Pods that have one: ${listText(names)}`;
  };
  const pod = await bounded("the Kubernetes API", 30, cluster.core.readNamespacedPod({ name, namespace })).catch(
    (error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    },
  );
  if (pod === undefined)
    throw new UserError(
      `there is no pod ${name} in namespace ${namespace}, whose proxy could be asked. ${await others()}`,
    );
  if (proxyContainer(pod) === undefined)
    throw new UserError(`pod ${namespace}/${name} has no proxy (container istio-proxy). ${await others()}`);
  const phase = pod.status?.phase;
  if (!isLive(pod) || phase !== "Running")
    throw new UserError(
      `pod ${namespace}/${name} does not run (${isLive(pod) ? (phase ?? "unknown") : "it ends"}). ${await others()}`,
    );
  return pod;
}

/**
 * Does something with the pod that a person named.
 * @throws as {@link findPod}; ClusterUnreachable where it goes meanwhile: whatever else is said then comes of that
 */
export async function onPod<T>(
  cluster: Cluster,
  namespace: string,
  name: string,
  work: (pod: V1Pod) => Promise<T>,
): Promise<T> {
  const pod = await findPod(cluster, namespace, name);
  try {
    return await work(pod);
  } catch (error) {
    const gone = isBug(error) ? undefined : await goneText(cluster, pod);
    throw gone === undefined ? error : new ClusterUnreachable(gone);
  }
}
