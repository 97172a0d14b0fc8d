import type { V1Pod } from "@kubernetes/client-node";
import { closest } from "fastest-levenshtein";
import { proxyContainer } from "./pods";
import { isLive, workloadOf } from "./proxies";

const nameOf = ({ metadata }: V1Pod) => metadata?.name ?? "";
const workloadName = (pod: V1Pod) => workloadOf(pod).split("/")[1] ?? "";

/**
 * Finds the pods that a person means: one by its name, else those of a workload by its name.
 * @param pods those of the instance's namespace
 * @returns live pods, or what is wrong, with the nearest name that there is
 */
export function findPods(pods: readonly V1Pod[], name: string): readonly V1Pod[] | string {
  const live = pods.filter(isLive);
  const [exact] = live.filter((pod) => nameOf(pod) === name);
  if (exact !== undefined) return [exact];
  const own = live.filter((pod) => workloadName(pod) === name);
  if (own.length > 0) return own;
  const names = [...new Set(live.flatMap((pod) => [nameOf(pod), workloadName(pod)]))];
  if (names.length === 0) return `there is no pod ${name}; the namespace has no running pods at all`;
  return `there is no pod and no workload ${name}. Is it ${closest(name, names)}? kubectl get pods shows all`;
}

/** The same, of pods with a proxy. */
export function findProxies(pods: readonly V1Pod[], name: string): readonly V1Pod[] | string {
  const found = findPods(pods, name);
  if (typeof found === "string") return found;
  const proxies = found.filter((pod) => proxyContainer(pod) !== undefined);
  return proxies.length > 0 ? proxies : `${name} has no sidecar: there is no container istio-proxy`;
}
