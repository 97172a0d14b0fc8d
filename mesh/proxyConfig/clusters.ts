import { listAt, objectAt, textAt, valueAt, type Json } from "./json";
import { clusterName, objectOf } from "./names";

/** A destination that a proxy knows. */
export interface Cluster {
  readonly name: string;
  readonly host: string;
  /** Port of the Service; empty where the cluster is none of Istio's naming. */
  readonly port: string;
  readonly subset: string;
  readonly direction: string;
  /** How its addresses are found: `EDS`, `STRICT_DNS`, `ORIGINAL_DST`, `STATIC`. */
  readonly type: string;
  /** What Envoy speaks to it where requests come as HTTP: `HTTP/2`, or `HTTP/1.1`. */
  readonly protocol: "HTTP/2" | "HTTP/1.1";
  /** Whether Envoy speaks TLS to it: of the mesh, or another; empty where it does not. */
  readonly tls: string;
  /** The DestinationRule that shaped it, else the Service that it is of; empty where istiod names none. */
  readonly object: string;
}

const http = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/** Envoy before 1.16 has these options at the cluster's top. */
function isHttp2(cluster: Json): boolean {
  const options = objectAt(cluster, "typed_extension_protocol_options", http);
  return (
    valueAt(options, "explicit_http_config", "http2_protocol_options") !== undefined ||
    valueAt(cluster, "http2_protocol_options") !== undefined
  );
}

function tlsOf(cluster: Json): string {
  const matched = valueAt(cluster, "transport_socket_matches");
  const socket = JSON.stringify([matched, valueAt(cluster, "transport_socket"), valueAt(cluster, "tls_context")]);
  if (!socket.includes("tls_context") && !socket.includes("UpstreamTlsContext")) return "";
  const mutual = socket.includes('"istio"') || socket.includes("istio-peer-exchange");
  // With a match for each address it is spoken to those that have a proxy.
  return mutual ? (matched === undefined ? "mTLS" : "mTLS where the other has a proxy") : "TLS";
}

/** Of an entry for a host outside the mesh istiod writes the host in place of the name. */
function serviceOf(cluster: Json): string {
  const [service] = listAt(cluster, "metadata", "filter_metadata", "istio", "services");
  const [name, namespace] = [textAt(service, "name"), textAt(service, "namespace")];
  if (name === "") return "";
  return name === textAt(service, "host") ? `a ServiceEntry of ${namespace}` : `Service ${namespace}/${name}`;
}

/** What a cluster of `/config_dump` is, for a person. */
export function clusterOf(cluster: Json): Cluster {
  const name = textAt(cluster, "name");
  const parts = clusterName(name);
  return {
    name,
    host: parts?.host ?? name,
    port: parts?.port ?? "",
    subset: parts?.subset ?? "",
    direction: parts?.direction ?? "",
    type: textAt(cluster, "type") || textAt(cluster, "cluster_type", "name") || "STATIC",
    protocol: isHttp2(cluster) ? "HTTP/2" : "HTTP/1.1",
    tls: tlsOf(cluster),
    object: objectOf(cluster) || serviceOf(cluster),
  };
}
