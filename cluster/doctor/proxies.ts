import type { V1Pod } from "@kubernetes/client-node";
import type { DestinationRule, TrafficPolicy } from "../../mesh/doctor/objects";
import { countersIn, countersPath } from "../../mesh/doctor/running/counters";
import type { Ejected, ProxyCounters, ProxyEvidence } from "../../mesh/doctor/running/evidence";
import { faultNames } from "../../mesh/faults/faultObjects";
import { workloadOf } from "../../mesh/istio/proxies";
import { endpointsOf } from "../../mesh/proxyConfig/endpoints";
import type { Cluster } from "../client/kubernetesClient";
import { adminOf, askEach, askProxies, withSidecar } from "../faults/sidecarAdmin";
import type { Lists } from "./lists";

/** How long all proxies together may take to answer a question, in seconds; and one that is answered with megabytes. */
const [proxySeconds, dumpSeconds] = [5, 10];
/** How many proxies are asked for all that they have, which is megabytes each. */
const mostDumps = 10;

const nameOf = ({ metadata }: V1Pod) => `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;

/** What a proxy answers to `POST /logging`: a line a logger. */
export const loggersIn = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/^\s+([\w.-]+): ([a-z]+)\s*$/gm)].map(([, logger = "", level = ""]) => [logger, level]),
  );

/** Asks the sidecars of the instances for the levels of their logs, and for what they counted. */
export async function readProxies(
  cluster: Cluster,
  lists: Lists,
  pods: readonly V1Pod[],
): Promise<{ readonly proxies: readonly ProxyEvidence[]; readonly counters: readonly ProxyCounters[] }> {
  const asked = withSidecar(pods);
  const { answers, silent, why } = await askEach(asked, proxySeconds, async (pod) => {
    const questions = [{ path: "/logging", method: "POST" as const }, { path: countersPath }];
    const [levels = "", counts = ""] = await cluster.askPodEach(adminOf(pod), questions);
    return { proxy: { pod: nameOf(pod), loggers: loggersIn(levels) }, counted: countersIn(nameOf(pod), counts) };
  });
  if (why !== undefined)
    lists.unseen.push(`log levels and counters of ${String(silent)} of ${String(asked.length)} proxies: ${why}`);
  return { proxies: answers.map(({ proxy }) => proxy), counters: answers.map(({ counted }) => counted) };
}

const ejects = ({ spec: { trafficPolicy, subsets = [] } }: DestinationRule) =>
  [trafficPolicy, ...subsets.map((one) => one.trafficPolicy)]
    .flatMap((policy: TrafficPolicy | undefined) => [policy, ...(policy?.portLevelSettings ?? [])])
    .some((policy) => policy?.outlierDetection !== undefined);

/**
 * The addresses that sidecars pass over at this moment, of one pod of each workload and of some where there are many. Only where a
 * DestinationRule lets addresses be taken out.
 */
export async function readEjected(
  cluster: Cluster,
  lists: Lists,
  pods: readonly V1Pod[],
  rules: readonly DestinationRule[],
): Promise<readonly Ejected[]> {
  if (!rules.some(ejects)) return [];
  const all = withSidecar(pods);
  const workloads = new Map(all.map((pod) => [workloadOf(pod), pod]));
  const some = [...workloads.values()].slice(0, mostDumps);
  const { answers, silent, why } = await askProxies(
    cluster,
    some,
    { path: "/clusters?format=json" },
    (text, pod) => {
      const out = endpointsOf(text).filter(
        ({ cluster: name, health }) => name.startsWith("outbound|") && health.includes("ejected"),
      );
      return [...new Set(out.map((one) => one.cluster))].map((name) => ({
        pod: nameOf(pod),
        cluster: name,
        addresses: out.filter((one) => one.cluster === name).map(({ address }) => address),
      }));
    },
    proxySeconds,
  );
  if (silent > 0)
    lists.unseen.push(`ejected addresses of ${String(silent)} of ${String(some.length)} proxies: ${why ?? ""}`);
  return answers.flat();
}

/**
 * The sidecars, as `namespace/pod`, that hold faults whose objects are gone; only of some where there are many.
 * @param there names of the faults' VirtualServices that are there, `namespace/name`
 */
export async function readStuckFaults(
  cluster: Cluster,
  pods: readonly V1Pod[],
  there: ReadonlySet<string>,
): Promise<readonly string[]> {
  const place = new RegExp(`/namespaces/([a-z0-9-]+)/virtual-service/(${faultNames})"`, "g");
  const some = withSidecar(pods).slice(0, mostDumps);
  const { answers } = await askProxies(
    cluster,
    some,
    { path: "/config_dump" },
    (text, pod) => {
      const held = [...text.matchAll(place)].map(([, namespace = "", name = ""]) => `${namespace}/${name}`);
      return held.some((one) => !there.has(one)) ? [nameOf(pod)] : [];
    },
    dumpSeconds,
  );
  return answers.flat();
}
