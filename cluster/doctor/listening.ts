import type { V1Pod, V1Service } from "@kubernetes/client-node";
import { podsOf } from "../../mesh/doctor/hosts";
import type { PodListeners } from "../../mesh/doctor/running/evidence";
import { listenersIn } from "../../mesh/doctor/running/sockets";
import { isReady } from "../../mesh/istio/pods";
import { workloadOf } from "../../mesh/istio/proxies";
import { unlessInternal } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";
import { askEach, withSidecar } from "../faults/sidecarAdmin";
import type { Lists } from "./lists";

/** How long all pods together may take, in seconds. */
const seconds = 5;
/** What is read: the sockets of the pod's network, which its containers share. Without IPv6 the second is not there. */
const command = ["cat", "/proc/net/tcp", "/proc/net/tcp6"];

/**
 * Where the applications listen that Services of the instances lead to: of one ready pod of each workload. Read by exec in the sidecar's
 * container; who may not, or an image without programs, is named.
 * @param services those of the instances
 */
export async function readListening(
  cluster: Cluster,
  lists: Lists,
  services: readonly V1Service[],
  pods: readonly V1Pod[],
): Promise<readonly PodListeners[]> {
  const served = withSidecar(pods).filter(isReady);
  const called = services.flatMap((service) => podsOf(service, served));
  const asked = [...new Map(called.map((pod) => [workloadOf(pod), pod])).values()];
  const { answers, silent, why } = await askEach(
    asked,
    seconds,
    async ({ metadata }): Promise<PodListeners> => {
      const [namespace, pod] = [metadata?.namespace ?? "", metadata?.name ?? ""];
      const { stdout } = await cluster.exec({ namespace, pod, container: "istio-proxy", command, seconds });
      return { pod: `${namespace}/${pod}`, listeners: listenersIn(stdout) };
    },
    unlessInternal,
  );
  if (why !== undefined)
    lists.unseen.push(
      `where the applications of ${String(silent)} of ${String(asked.length)} workloads listen: ${why}`,
    );
  return answers;
}
