import { samplesOf, type Sample } from "../../istio/prometheus";
import type { Counted, CountedTrouble, ProxyCounters } from "./evidence";

// A proxy of Istio counts what it did by Istio's own metrics. Of Envoy's counters of clusters it has none, unless proxyStatsMatcher
// asks for them (pkg/bootstrap/config.go in istio/istio).

const [blackHole, destroyed] = ["BlackHoleCluster", "upstream_cx_destroy_remote_with_active_rq"];
/**
 * Envoy's counters of a cluster. @see https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats
 */
const ofCluster = [
  [destroyed, "cut"],
  ["upstream_cx_overflow", "overflowed"],
  ["upstream_rq_pending_overflow", "overflowed"],
] as const satisfies readonly (readonly [string, CountedTrouble])[];

/** Response flags that say the same. @see https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage */
const ofFlag: Readonly<Record<string, CountedTrouble>> = { UC: "cut", UO: "overflowed" };

const names = [
  "istio_requests_total",
  "istio_tcp_connections_opened_total",
  "BlackHoleCluster;?\\.upstream_cx_none_healthy",
];
const wanted = [
  ...names,
  ...ofCluster.map(([name]) => name),
  "circuit_breakers\\.default\\.(cx|rq|rq_pending)_open",
  "^server\\.uptime$",
];

/** What a proxy's administration is asked for its counters. */
export const countersPath = `/stats/prometheus?usedonly&filter=${encodeURIComponent(wanted.join("|"))}`;

const clusterOf = ({ labels }: Sample) =>
  (labels["cluster_name"] ?? labels["envoy_cluster_name"] ?? "").replace(/;.*$/, "");

const ownApplication = "its own application";

/** The host of a cluster's name; of the pod's own application its port. */
function hostOf(cluster: string): string {
  const [direction = "", port = "", , host = ""] = cluster.split("|");
  return direction === "inbound" ? `${ownApplication} on port ${port}` : host;
}

function countedIn(sample: Sample): readonly Counted[] {
  const { name, labels, value: count } = sample;
  if (!(count > 0)) return [];
  const of = (trouble: CountedTrouble, host: string) => [{ trouble, host, count }];
  if (name.startsWith("istio_")) {
    const isOwn = labels["reporter"] === "destination";
    const [service = "", short = ""] = [labels["destination_service"], labels["destination_service_name"]];
    const host = isOwn ? ownApplication : ["unknown", blackHole].includes(service) ? "" : service;
    if (short === blackHole && !isOwn) return of("blocked", host);
    if (name !== "istio_requests_total") return [];
    return (labels["response_flags"] ?? "").split(",").flatMap((flag) => {
      const trouble = ofFlag[flag];
      return trouble === undefined ? [] : of(trouble, host);
    });
  }
  const cluster = clusterOf(sample);
  if (cluster === blackHole) return name.endsWith("upstream_cx_none_healthy") ? of("blocked", "") : [];
  // Without Istio's rules for tags a part of the host stands in the name.
  const row = ofCluster.find(([counter]) => name.endsWith(counter));
  return row === undefined ? [] : of(row[1], hostOf(cluster));
}

/** Of two counters of one thing the higher one. */
function merged(all: readonly Counted[]): readonly Counted[] {
  const found = new Map<string, Counted>();
  for (const { trouble, host, count } of all) {
    const key = `${trouble} ${host}`;
    found.set(key, { trouble, host, count: Math.max(count, found.get(key)?.count ?? 0) });
  }
  return [...found.values()];
}

/** Sums up samples of one metric, trouble and host: a code and a flag are labels, too. */
function summed(samples: readonly Sample[]): readonly Counted[] {
  const byMetric = new Map<string, Counted>();
  for (const sample of samples)
    for (const { trouble, host, count } of countedIn(sample)) {
      const key = `${sample.name} ${trouble} ${host}`;
      byMetric.set(key, { trouble, host, count: count + (byMetric.get(key)?.count ?? 0) });
    }
  return [...byMetric.values()];
}

/**
 * Reads what a proxy answers to {@link countersPath}.
 * @param pod `namespace/pod`
 */
export function countersIn(pod: string, text: string): ProxyCounters {
  const samples = samplesOf(text);
  const open = samples.filter(({ name, value }) => /circuit_breakers_.*_open$/.test(name) && value > 0);
  return {
    pod,
    uptime: samples.find(({ name }) => name === "envoy_server_uptime")?.value,
    counted: merged(summed(samples)),
    full: [...new Set(open.map((one) => hostOf(clusterOf(one))))],
  };
}
