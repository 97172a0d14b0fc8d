import type { V1Pod } from "@kubernetes/client-node";
import { faultCounters, type FaultCounters } from "../../mesh/faults/faultCounters";
import { faultNames } from "../../mesh/faults/faultObjects";
import { proxyContainer } from "../../mesh/istio/pods";
import { isLive } from "../../mesh/istio/proxies";
import { eachOf } from "../../tools/eachOf";
import { reasonOf } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import type { PodServer, Question } from "../client/portForward";
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

/** Those of pods whose sidecar can be asked, ready or not: with a database cut off many are not. */
export const withSidecar = (pods: readonly V1Pod[]): readonly V1Pod[] =>
  pods.filter((pod) => isLive(pod) && pod.status?.phase === "Running" && proxyContainer(pod) !== undefined);

/** Running pods of a namespace that have a sidecar. */
export async function sidecarsOf({ core }: Cluster, namespace: string): Promise<readonly V1Pod[]> {
  const { items } = await bounded("the Kubernetes API", 30, core.listNamespacedPod({ namespace }));
  return withSidecar(items);
}

/**
 * Asks each of some pods, some at the same time; one that does not answer is counted, and why.
 * @param seconds how long it may take to ask all of them
 * @param check throws where an error is none of a pod's; default: every one is
 */
export async function askEach<T>(
  pods: readonly V1Pod[],
  seconds: number,
  ask: (pod: V1Pod) => Promise<T>,
  check: (error: unknown) => void = () => undefined,
): Promise<Answers<T>> {
  const answers: T[] = [];
  const failures: string[] = [];
  const end = Date.now() + seconds * 1000;
  await eachOf(pods, atOnce, async (pod) => {
    if (Date.now() > end) {
      failures.push(`not asked within ${String(seconds)} s`);
      return;
    }
    try {
      answers.push(await bounded(pod.metadata?.name ?? "", Math.min(seconds, 15), ask(pod)));
    } catch (error) {
      check(error);
      failures.push(reasonOf(error));
    }
  });
  const [why] = failures;
  return { answers, silent: failures.length, ...(why === undefined ? {} : { why }) };
}

/** Where a pod's proxy is asked for its own administration. */
export const adminOf = ({ metadata }: V1Pod): PodServer => ({
  namespace: metadata?.namespace ?? "",
  pod: metadata?.name ?? "",
  port: adminPort,
});

/**
 * Asks the proxies of pods the same.
 * @param asked path of the proxy's own administration, and how it is asked; default: GET
 * @param seconds how long it may take to ask all of them
 */
export function askProxies<T>(
  cluster: Cluster,
  pods: readonly V1Pod[],
  asked: Question,
  read: (text: string, pod: V1Pod) => T,
  seconds = passSeconds,
): Promise<Answers<T>> {
  return askEach(pods, seconds, async (pod) => read(await cluster.askPod({ ...adminOf(pod), ...asked }), pod));
}

/**
 * How many of the proxies hold faults, by their own word.
 * @param names VirtualServices; default: of every fault
 */
export async function proxiesHolding(cluster: Cluster, namespace: string, names?: readonly string[]) {
  const place = `/namespaces/${namespace}/virtual-service/`;
  const any = new RegExp(`${place}${faultNames}"`);
  const asked = await askProxies(cluster, await sidecarsOf(cluster, namespace), { path: "/config_dump" }, (text) =>
    names === undefined ? any.test(text) : names.some((name) => text.includes(`${place}${name}"`)),
  );
  return { ...asked, holding: asked.answers.filter(Boolean).length };
}

/** How often faults were felt, by pod, since each proxy started. */
export type CountersByPod = Answers<readonly [pod: string, hits: FaultCounters]>;

/** Reads it in a namespace. */
export async function readFaultCounters(cluster: Cluster, namespace: string): Promise<CountersByPod> {
  const path = "/stats/prometheus?usedonly";
  return askProxies(
    cluster,
    await sidecarsOf(cluster, namespace),
    { path },
    (text, { metadata }) => [metadata?.uid ?? "", faultCounters(text)] as const,
  );
}
