import { planeRevision } from "../../mesh/istio/controlPlanes";
import { systemNamespace as namespace } from "../../mesh/istio/names";
import { isReady } from "../../mesh/istio/pods";
import { pilotMetrics, type PilotMetrics } from "../../mesh/upgrade/pilotMetrics";
import { optional, reasonOf, unlessInternal } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { controlPlaneSelector } from "./controlPlanes";

/**
 * What the ready pods of one control plane count, each since it started.
 * @param revision of the control plane: what another one counts says nothing of it
 */
async function askPilots({ core, send }: Cluster, revision: string): Promise<PromiseSettledResult<PilotMetrics>[]> {
  const listing = core.listNamespacedPod({ namespace, labelSelector: controlPlaneSelector });
  const { items } = await bounded("the Kubernetes API", 30, listing);
  const own = items.filter((pod) => isReady(pod) && planeRevision(pod.metadata?.labels) === revision);
  const counts = own.map(async ({ metadata }) => {
    const path = `/api/v1/namespaces/${namespace}/pods/${metadata?.name ?? ""}:15014/proxy/metrics`;
    // If API-server-to-pod traffic is blocked the request hangs; bound it.
    return pilotMetrics(await bounded("metrics", 5, send("GET", path, { accept: "text/plain" })));
  });
  return Promise.allSettled(counts);
}

const sumOf = (answers: readonly PromiseSettledResult<PilotMetrics>[], key: keyof PilotMetrics) =>
  answers.reduce((sum, one) => sum + (one.status === "fulfilled" ? one.value[key] : 0), 0);

/**
 * Sums up what the pods of a control plane count.
 * @returns undefined where they may not, or cannot, be asked
 */
export async function readMetrics(cluster: Cluster, revision: string): Promise<PilotMetrics | undefined> {
  const answers = (await optional(askPilots(cluster, revision))) ?? [];
  if (!answers.some(({ status }) => status === "fulfilled")) return undefined;
  return { rejections: sumOf(answers, "rejections"), connected: sumOf(answers, "connected") };
}

/** How many proxies are connected to the control plane of a revision (its metric `pilot_xds`); why not, where nobody can tell. */
export async function readConnections(cluster: Cluster, revision: string): Promise<number | string> {
  try {
    const answers = await askPilots(cluster, revision);
    const sum = sumOf(answers, "connected");
    const failed = answers.find((one) => one.status === "rejected");
    // What some of them count is enough to know that somebody is there; no count of some is one of all.
    return failed !== undefined && sum === 0 ? reasonOf(failed.reason) : sum;
  } catch (error) {
    unlessInternal(error);
    return reasonOf(error);
  }
}
