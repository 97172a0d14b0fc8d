import { samplesOf, sumOf } from "../istio/prometheus";
import { fakeService } from "./faultObjects";

/** How often faults were felt, since the proxies started. */
export interface FaultCounters {
  /** Requests that were answered with a status. */
  readonly aborted: number;
  readonly delayed: number;
  /** Connections, and requests, that were led to where nobody answers. */
  readonly cut: number;
}

export const noFaultCounters: FaultCounters = { aborted: 0, delayed: 0, cut: 0 };

const led = (name = "") => name === fakeService || name.startsWith(`${fakeService}-`);

/**
 * Reads a proxy's counters in Prometheus' text format: Istio's own where the proxy has them (response flags FI and DI mark an
 * injected abort and delay), else Envoy's.
 * @see https://istio.io/latest/docs/reference/config/metrics/
 */
export function faultCounters(text: string): FaultCounters {
  const samples = samplesOf(text);
  const flagged = (flag: string) =>
    samples.filter(
      ({ name, labels }) =>
        name === "istio_requests_total" &&
        labels["reporter"] !== "destination" &&
        (labels["response_flags"] ?? "").split(",").includes(flag),
    );
  // Without Istio's stat-tag rules metric names keep a prefix; match the suffix.
  const fault = (kind: string) => samples.filter(({ name }) => name.endsWith(`fault_${kind}_injected`));
  const istioCut = samples.filter(
    ({ name, labels }) =>
      ["istio_requests_total", "istio_tcp_connections_opened_total"].includes(name) &&
      led(labels["destination_service_name"]),
  );
  const envoyCut = samples.filter(
    ({ name, labels }) =>
      /^envoy_cluster_.*upstream_cx_(none_healthy|total)$/.test(name) &&
      led(/^outbound\|\d+\|\|([^.;]*)/.exec(labels["envoy_cluster_name"] ?? labels["cluster_name"] ?? "")?.[1]),
  );
  return {
    aborted: sumOf(flagged("FI")) || sumOf(fault("aborts")),
    delayed: sumOf(flagged("DI")) || sumOf(fault("delays")),
    cut: sumOf(istioCut) || sumOf(envoyCut),
  };
}

/** Counts of proxies by their pod. */
export type PodCounters = readonly (readonly [pod: string, hits: FaultCounters])[];

/** What a proxy counted after an earlier count; one that counts less has started anew. */
const since = (now: number, before: number) => (now < before ? now : now - before);

/** Adds up the counts of proxies, of each what came after an earlier count; a pod that was not there before counts whole. */
export function countedSince(now: PodCounters, before: PodCounters = []): FaultCounters {
  const earlier = new Map(before);
  return now.reduce((total, [pod, hits]) => {
    const then = earlier.get(pod) ?? noFaultCounters;
    return {
      aborted: total.aborted + since(hits.aborted, then.aborted),
      delayed: total.delayed + since(hits.delayed, then.delayed),
      cut: total.cut + since(hits.cut, then.cut),
    };
  }, noFaultCounters);
}

export const countersText = ({ aborted, delayed, cut }: FaultCounters) =>
  `${String(aborted)} requests aborted, ${String(delayed)} delayed, ${String(cut)} calls led to nowhere`;
