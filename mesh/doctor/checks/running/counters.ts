import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { ownPods, podName } from "../../hosts";
import type { CountedTrouble, ProxyCounters } from "../../running/evidence";
import { sidecarFor } from "../../sidecars";
import { replaceable } from "../../workload";

/**
 * What is done with calls to hosts that nobody described, for a pod. A Sidecar that says nothing of the mode means REGISTRY_ONLY, which
 * is the first of the two.
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/#OutboundTrafficPolicy
 */
function outboundOf(evidence: Evidence, namespace: string, labels: Readonly<Record<string, string>>): string {
  const policy = sidecarFor(namespace, evidence.sidecars, labels)?.spec.outboundTrafficPolicy;
  return policy === undefined ? evidence.meshConfig.outbound : (policy.mode ?? "REGISTRY_ONLY");
}

const ago = (seconds: number) =>
  seconds < 5400 ? `${String(Math.ceil(seconds / 60))} min` : `${String(Math.round(seconds / 3600))} h`;

function seen({ uptime, counted }: ProxyCounters, trouble: CountedTrouble, pod: string): string {
  const own = counted.filter((one) => one.trouble === trouble).sort((a, b) => b.count - a.count);
  const listed = own.slice(0, 3).map(({ host, count }) => `${host === "" ? "unnamed" : host}: ${String(count)}`);
  const since = uptime === undefined ? "" : `, ${ago(uptime)} ago`;
  return `since the proxy of pod ${pod} started${since}: ${listed.join("; ")}`;
}

/** What each kind of trouble is called, means, and needs. Nothing here tells when it was: it may be long ago. */
const told = {
  blocked: {
    code: "outbound-blocked",
    sentence:
      "calls of it to hosts that the mesh does not know were refused: it lets known ones through alone (REGISTRY_ONLY)",
    remedy: "if they are meant to be made: a ServiceEntry for the host",
  },
  cut: {
    code: "connection-cut",
    sentence:
      "connections were closed by the other side while a request was on them (503 UC): it ended, or keeps idle connections for less " +
      "long than the proxy, which keeps them for an hour",
    remedy: "a DestinationRule for that host: trafficPolicy.connectionPool.http.idleTimeout below the server's own",
  },
  overflowed: {
    code: "calls-overflowed",
    sentence: "calls of it ended with 503 (UO): they were more than the connectionPool of a DestinationRule allows",
    remedy: "raise connectionPool of the DestinationRule for that host, or call less at the same time",
  },
} as const satisfies Readonly<Record<CountedTrouble, Pick<Hit, "code" | "sentence" | "remedy">>>;

const troubles = Object.keys(told) as readonly CountedTrouble[];

/** Judges what proxies counted. */
export function checkCounters(evidence: Evidence): readonly Hit[] {
  const pods = ownPods(evidence);
  return evidence.counters.flatMap((counters) => {
    const pod = pods.find((one) => podName(one) === `Pod ${counters.pod}`);
    if (pod === undefined) return [];
    const { metadata } = pod;
    const isClosed = outboundOf(evidence, metadata?.namespace ?? "", metadata?.labels ?? {}) === "REGISTRY_ONLY";
    return troubles.flatMap((trouble): readonly Hit[] => {
      const own = counters.counted.filter((one) => one.trouble === trouble);
      if (own.length === 0 || (trouble === "blocked" && !isClosed)) return [];
      const isNow = trouble === "overflowed" && own.some(({ host }) => counters.full.includes(host));
      return [
        {
          ...told[trouble],
          object: replaceable(pod).name,
          evidence: `${seen(counters, trouble, metadata?.name ?? "")}${isNow ? "; it is at its limit at this moment" : ""}`,
          severity: isNow ? "warning" : "info",
        },
      ];
    });
  });
}

/** Judges which addresses proxies pass over. */
export function checkEjected({ ejected }: Evidence): readonly Hit[] {
  const clusters = [...new Set(ejected.map(({ cluster }) => cluster))];
  return clusters.map((cluster) => {
    const own = ejected.filter((one) => one.cluster === cluster);
    const addresses = [...new Set(own.flatMap((one) => one.addresses))];
    const pods = [...new Set(own.map(({ pod }) => pod))];
    const [, port = "", subset = "", host = ""] = cluster.split("|");
    return {
      code: "hosts-ejected" as const,
      object: `host ${host}`,
      evidence: `port ${port}${subset === "" ? "" : `, subset ${subset}`}: ${addresses.slice(0, 5).join(", ")}, by the proxy of ${pods.slice(0, 3).join(", ")}`,
      sentence: `${String(addresses.length)} of its addresses ${addresses.length === 1 ? "gets" : "get"} no calls at this moment: calls there failed, and outlierDetection took it out`,
      remedy: "look why calls there fail, in the pod's own log; it is tried again after baseEjectionTime",
    };
  });
}
