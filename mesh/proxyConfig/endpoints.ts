import { listAt, numberAt, objectAt, textAt, valueAt } from "./json";

/** An address that a proxy sends the requests of a cluster to. */
export interface Endpoint {
  readonly cluster: string;
  /** `10.0.0.1:8080`, or the path of a socket. */
  readonly address: string;
  /** `healthy`, or why the proxy passes it over. */
  readonly health: string;
  /** What it has counted there since it knows it. */
  readonly counts: EndpointCounts;
}

export interface EndpointCounts {
  readonly connections: number;
  readonly connectionsFailed: number;
  readonly requests: number;
  readonly requestsFailed: number;
}

/** Flags of a host's health, with what they mean. @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/admin/v3/clusters.proto */
const flags = {
  failed_active_health_check: "fails its health check",
  failed_outlier_check: "ejected by outlier detection",
  failed_degraded_outlier_detection: "degraded by outlier detection",
  failed_active_degraded_check: "degraded",
  pending_dynamic_removal: "being removed",
} as const;

function healthOf(status: unknown): string {
  const eds = textAt(status, "eds_health_status");
  const found = Object.entries(flags).flatMap(([flag, text]) => (valueAt(status, flag) === true ? [text] : []));
  const said = eds === "" || eds === "HEALTHY" || eds === "UNKNOWN" ? [] : [eds.toLowerCase()];
  return [...said, ...found].join(", ") || "healthy";
}

/** Reads `/clusters?format=json` of a proxy's administration. */
export function endpointsOf(text: string): readonly Endpoint[] {
  return listAt(JSON.parse(text), "cluster_statuses").flatMap((cluster) =>
    listAt(cluster, "host_statuses").map((host) => {
      const socket = objectAt(host, "address", "socket_address");
      const count = (name: string) => {
        const found = listAt(host, "stats").find((one) => textAt(one, "name") === name);
        return numberAt(found, "value");
      };
      return {
        cluster: textAt(cluster, "name"),
        address:
          textAt(socket, "address") === ""
            ? textAt(host, "address", "pipe", "path")
            : `${textAt(socket, "address")}:${textAt(socket, "port_value")}`,
        health: healthOf(objectAt(host, "health_status")),
        counts: {
          connections: count("cx_total"),
          connectionsFailed: count("cx_connect_fail"),
          requests: count("rq_total"),
          requestsFailed: count("rq_error"),
        },
      };
    }),
  );
}
