import { systemNamespace } from "../../mesh/istio/names";
import { isReady } from "../../mesh/istio/pods";
import { reasonOf, unlessInternal } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { controlPlaneSelector } from "../upgrade/controlPlanes";
import type { PodPlace } from "./askProxy";

/** Where a control plane of either layout answers questions about itself, from its own loopback alone. */
const debugPort = 8080;

/**
 * What the control plane would send to a pod's proxy. Only the one that the proxy is connected to knows.
 * @throws Error with one line where none does: the proxy is not connected
 */
export async function askControlPlane(cluster: Cluster, { namespace, pod }: PodPlace): Promise<string> {
  const listing = cluster.core.listNamespacedPod({ namespace: systemNamespace, labelSelector: controlPlaneSelector });
  const { items } = await bounded("the Kubernetes API", 30, listing);
  const ready = items.filter(isReady).map(({ metadata }) => metadata?.name ?? "");
  if (ready.length === 0)
    throw new Error(`no control plane is ready in ${systemNamespace}: the proxy keeps what it has`);
  const path = `/debug/config_dump?proxyID=${pod}.${namespace}`;
  const answers = await Promise.allSettled(
    ready.map((name) => cluster.askPod({ namespace: systemNamespace, pod: name, port: debugPort, path })),
  );
  const found = answers.find((one) => one.status === "fulfilled");
  if (found !== undefined) return found.value;
  const reasons = answers.flatMap((one, at) => {
    if (one.status === "fulfilled") return [];
    unlessInternal(one.reason);
    return [`${ready[at] ?? ""}: ${reasonOf(one.reason)}`];
  });
  throw new Error(
    `no control plane knows the proxy of pod ${namespace}/${pod}, so it is not connected (${reasons.join("; ")})`,
  );
}
