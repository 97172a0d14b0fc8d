import type { V1Pod } from "@kubernetes/client-node";
import { faultCounters, type FaultCounters } from "../../mesh/faults/faultCounters";
import { faultNames } from "../../mesh/faults/faultObjects";
import { proxyContainer } from "../../mesh/istio/pods";
import { isLive } from "../../mesh/istio/proxies";
import { reasonOf } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { adminPort } from "../proxyConfig/askProxy";

/** How long it may take to ask all of them, in seconds. */
const passSeconds = 40;
/** How many proxies are asked at the same time. */
const atOnce = 10;

/** What proxies answered. */
export interface Answers<T> {
  readonly answers: readonly T[];
  /** How many could not be asked, and why the first could not. */
  readonly silent: number;
  readonly why?: string;
}

/** Running pods of a namespace that have a sidecar, ready or not: with a database cut off many are not. */
export async function sidecarsOf({ core }: Cluster, namespace: string): Promise<readonly V1Pod[]> {
  const { items } = await bounded("the Kubernetes API", 30, core.listNamespacedPod({ namespace }));
  return items.filter((pod) => isLive(pod) && pod.status?.phase === "Running" && proxyContainer(pod) !== undefined);
}

async function askAll<T>(
  cluster: Cluster,
  pods: readonly V1Pod[],
  path: string,
  read: (text: string, pod: string) => T,
): Promise<Answers<T>> {
  const left = [...pods];
  const answers: T[] = [];
  const failures: string[] = [];
  const end = Date.now() + passSeconds * 1000;
  const worker = async () => {
    for (let pod = left.shift(); pod !== undefined; pod = left.shift()) {
      if (Date.now() > end) {
        failures.push(`not asked within ${String(passSeconds)} s`);
        continue;
      }
      const name = pod.metadata?.name ?? "";
      const namespace = pod.metadata?.namespace ?? "";
      try {
        const asked = cluster.askPod({ namespace, pod: name, port: adminPort, path });
        answers.push(read(await bounded(name, 15, asked), pod.metadata?.uid ?? ""));
      } catch (error) {
        failures.push(reasonOf(error));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, pods.length) }, worker));
  const [why] = failures;
  return { answers, silent: failures.length, ...(why === undefined ? {} : { why }) };
}

/**
 * How many of the proxies hold faults, by their own word.
 * @param names VirtualServices; default: of every fault
 */
export async function proxiesHolding(cluster: Cluster, namespace: string, names?: readonly string[]) {
  const place = `/namespaces/${namespace}/virtual-service/`;
  const any = new RegExp(`${place}${faultNames}"`);
  const asked = await askAll(cluster, await sidecarsOf(cluster, namespace), "/config_dump", (text) =>
    names === undefined ? any.test(text) : names.some((name) => text.includes(`${place}${name}"`)),
  );
  return { ...asked, holding: asked.answers.filter(Boolean).length };
}

/** How often faults were felt, by pod, since each proxy started. */
export type CountersByPod = Answers<readonly [pod: string, hits: FaultCounters]>;

/** Reads it in a namespace. */
export async function readFaultCounters(cluster: Cluster, namespace: string): Promise<CountersByPod> {
  const path = "/stats/prometheus?usedonly";
  return askAll(
    cluster,
    await sidecarsOf(cluster, namespace),
    path,
    (text, pod) => [pod, faultCounters(text)] as const,
  );
}
