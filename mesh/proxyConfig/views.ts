import { clusterOf } from "./clusters";
import type { ProxyDump } from "./dump";
import type { Endpoint } from "./endpoints";
import { faultText } from "./faults";
import { listAt, objectAt, textAt, textsAt } from "./json";
import { addressOf, chainsOf, matchText, type Chain } from "./listeners";
import { clusterName, isHost, objectOf } from "./names";
import { routesOf } from "./routes";

/** One row of what is shown: as data, and as cells of a table. */
export interface Row {
  readonly data: object;
  readonly cells: readonly string[];
}

/** A table of a proxy's configuration. */
export interface View {
  readonly head: readonly string[];
  readonly rows: readonly Row[];
}

const all = () => true;
const hostTest = (asked: string | undefined) => (asked === undefined ? all : (host: string) => isHost(host, asked));
const hostOf = (cluster: string) => clusterName(cluster)?.host ?? cluster;

/** The destinations, those that requests leave to first. */
export function clustersView({ clusters }: ProxyDump, host?: string): View {
  const found = clusters.map(clusterOf).filter((one) => hostTest(host)(one.host));
  found.sort((a, b) => b.direction.localeCompare(a.direction) || a.name.localeCompare(b.name, "en", { numeric: true }));
  return {
    head: ["host", "port", "subset", "direction", "found by", "speaks", "made by"],
    rows: found.map((data) => ({
      data,
      cells: [
        data.host,
        data.port,
        data.subset,
        data.direction,
        data.type,
        [data.protocol, data.tls].filter((one) => one !== "").join(" over "),
        data.object,
      ],
    })),
  };
}

/** The routes, in the order in which the proxy tries them. */
export function routesView({ routes, listeners }: ProxyDump, host?: string): View {
  const isAsked = hostTest(host);
  // Of the inbound side they stand in the listener itself.
  const inline = listeners.flatMap((one) => chainsOf(one).map(({ http }) => objectAt(http?.inline)));
  const found = [...routes, ...new Map(inline.map((one) => [textAt(one, "name"), one])).values()]
    .flatMap(routesOf)
    .filter(({ domains, clusters }) => domains.some(isAsked) || clusters.some((name) => isAsked(hostOf(name))));
  return {
    head: ["routes", "host", "match", "to", "fault", "made by"],
    rows: found.map((data) => ({
      data,
      cells: [
        data.config,
        // The other domains are shorter names, and addresses, of the same.
        data.domains[0] ?? "",
        data.match,
        data.direct === undefined ? data.clusters.join(", ") : `answers ${data.direct} itself`,
        data.fault === undefined ? "" : faultText(data.fault),
        data.object,
      ],
    })),
  };
}

function targetText({ http, clusters }: Chain): string {
  if (http === undefined) return clusters.length === 0 ? "" : `TCP to ${clusters.join(", ")}`;
  return http.routes === "" ? `HTTP, own routes ${textAt(http.inline, "name")}` : `HTTP by routes ${http.routes}`;
}

/** The listeners: for which connections, and where these go. */
export function listenersView({ listeners, routes }: ProxyDump, host?: string): View {
  const isAsked = hostTest(host);
  const ofHost = new Set(
    routes
      .filter((one) => routesOf(one).some((route) => route.domains.some(isAsked)))
      .map((one) => textAt(one, "name")),
  );
  const found = listeners.flatMap((listener) =>
    chainsOf(listener)
      .filter(
        ({ http, clusters, match }) =>
          host === undefined ||
          clusters.some((name) => isAsked(hostOf(name))) ||
          ofHost.has(http?.routes ?? "") ||
          textsAt(match, "server_names").some(isAsked),
      )
      .map((chain) => ({
        ...addressOf(listener),
        takes: matchText(chain.match),
        to: targetText(chain),
        object: objectOf(chain.chain) || objectOf(listener),
      })),
  );
  return {
    head: ["address", "port", "takes", "to", "made by"],
    rows: found.map((data) => ({
      data,
      cells: [data.address, String(data.port), data.takes, data.to, data.object],
    })),
  };
}

/** The addresses behind the destinations. */
export function endpointsView(endpoints: readonly Endpoint[], host?: string): View {
  const found = endpoints.filter(({ cluster }) => hostTest(host)(hostOf(cluster)));
  return {
    head: ["address", "health", "connections", "failed", "requests", "failed", "cluster"],
    rows: found.map((data) => {
      const { connections, connectionsFailed, requests, requestsFailed } = data.counts;
      const counts = [connections, connectionsFailed, requests, requestsFailed].map(String);
      return { data, cells: [data.address, data.health, ...counts, data.cluster] };
    }),
  };
}

/** The certificates that the proxy has, from `/certs`. */
export function certsView(text: string): View {
  const found = listAt(JSON.parse(text), "certificates").flatMap((one) =>
    (["ca_cert", "cert_chain"] as const).flatMap((kind) =>
      listAt(one, kind).map((cert) => ({
        kind: kind === "ca_cert" ? "authority" : "own",
        names: listAt(cert, "subject_alt_names").map((name) => textAt(name, "uri") || textAt(name, "dns")),
        serial: textAt(cert, "serial_number"),
        from: textAt(cert, "valid_from"),
        until: textAt(cert, "expiration_time"),
        days: textAt(cert, "days_until_expiration"),
      })),
    ),
  );
  return {
    head: ["kind", "names", "serial", "valid from", "until", "days left"],
    rows: found.map((data) => ({
      data,
      cells: [data.kind, data.names.join(", "), data.serial, data.from, data.until, data.days],
    })),
  };
}

/** Who the proxy says it is, and what it began with. */
export function bootstrapView({ bootstrap }: ProxyDump): View {
  const metadata = objectAt(bootstrap, "node", "metadata");
  const facts: readonly (readonly [string, string])[] = [
    ["node", textAt(bootstrap, "node", "id")],
    ["cluster", textAt(bootstrap, "node", "cluster")],
    ["Istio", textAt(metadata, "ISTIO_VERSION")],
    ["namespace", textAt(metadata, "NAMESPACE")],
    ["mesh", textAt(metadata, "MESH_ID")],
    ["Kubernetes cluster", textAt(metadata, "CLUSTER_ID")],
    ["interception", textAt(metadata, "INTERCEPTION_MODE")],
    [
      "DNS capture",
      textAt(metadata, "DNS_CAPTURE") || textAt(metadata, "PROXY_CONFIG", "proxyMetadata", "ISTIO_META_DNS_CAPTURE"),
    ],
    ["control plane", textAt(metadata, "PROXY_CONFIG", "discoveryAddress")],
    [
      "labels",
      Object.entries(objectAt(metadata, "LABELS"))
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(", "),
    ],
  ];
  return {
    head: ["what", "value"],
    rows: facts
      .filter(([, value]) => value !== "")
      .map(([what, value]) => ({ data: { what, value }, cells: [what, value] })),
  };
}
