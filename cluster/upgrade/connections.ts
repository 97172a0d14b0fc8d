import { defaultRevision } from "../../mesh/istio/controlPlanes";
import { systemNamespace as namespace } from "../../mesh/istio/names";
import { isReady } from "../../mesh/istio/pods";
import { pilotMetrics } from "../../mesh/upgrade/pilotMetrics";
import { reasonOf, unlessInternal } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";

/** How many proxies are connected to the control plane of a revision (its metric `pilot_xds`); why not, where nobody can tell. */
export async function readConnections({ core, send }: Cluster, revision: string): Promise<number | string> {
  try {
    const { items } = await bounded(
      "the Kubernetes API",
      30,
      core.listNamespacedPod({ namespace, labelSelector: "app=istiod" }),
    );
    // Proxies are connected to those that are ready.
    const own = items.filter(
      (pod) => isReady(pod) && (pod.metadata?.labels?.["istio.io/rev"] ?? defaultRevision) === revision,
    );
    const counts = own.map(async ({ metadata }) => {
      const path = `/api/v1/namespaces/${namespace}/pods/${metadata?.name ?? ""}:15014/proxy/metrics`;
      // Where the API server cannot reach pods the request hangs.
      return pilotMetrics(await bounded("metrics", 5, send("GET", path, { accept: "text/plain" }))).connected;
    });
    const answers = await Promise.allSettled(counts);
    const sum = answers.reduce((total, one) => total + (one.status === "fulfilled" ? one.value : 0), 0);
    const failed = answers.find((one) => one.status === "rejected");
    // What some of them count is enough to know that somebody is there; no count of some is one of all.
    if (failed !== undefined && sum === 0) return reasonOf(failed.reason);
    return sum;
  } catch (error) {
    unlessInternal(error);
    return reasonOf(error);
  }
}
