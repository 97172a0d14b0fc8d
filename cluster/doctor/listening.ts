import type { V1Pod, V1Service } from "@kubernetes/client-node";
import { podsOf } from "../../mesh/doctor/hosts";
import type { PodListeners } from "../../mesh/doctor/running/evidence";
import { listenersIn } from "../../mesh/doctor/running/sockets";
import { isReady } from "../../mesh/istio/pods";
import { workloadOf } from "../../mesh/istio/proxies";
import { eachOf } from "../../tools/eachOf";
import { isDenied, reasonOf, unlessInternal } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { withSidecar } from "../faults/sidecarAdmin";
import type { Lists } from "./lists";

/** How long all pods together may take, in seconds; how many are asked at the same time. */
const [seconds, atOnce] = [5, 10];
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
  const found: PodListeners[] = [];
  const failures: string[] = [];
  const end = Date.now() + seconds * 1000;
  let denied = false;
  await eachOf(asked, atOnce, async ({ metadata }) => {
    const [namespace, pod] = [metadata?.namespace ?? "", metadata?.name ?? ""];
    if (denied || Date.now() > end) {
      failures.push(`not asked within ${String(seconds)} s`);
      return;
    }
    try {
      const run = cluster.exec({ namespace, pod, container: "istio-proxy", command, seconds });
      const { stdout } = await bounded(pod, seconds, run);
      found.push({ pod: `${namespace}/${pod}`, listeners: listenersIn(stdout) });
    } catch (error) {
      unlessInternal(error);
      denied ||= isDenied(error);
      failures.push(reasonOf(error));
    }
  });
  const [why = ""] = failures;
  if (failures.length > 0)
    lists.unseen.push(
      `where the applications of ${String(failures.length)} of ${String(asked.length)} workloads listen: ${why}`,
    );
  return found;
}
