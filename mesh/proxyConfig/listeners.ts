import { listAt, numberAt, objectAt, textAt, textsAt, type Json } from "./json";

/** What a filter chain of a listener does with the connections that it takes. */
export interface Chain {
  readonly name: string;
  /** What it takes: an empty one takes everything. */
  readonly match: Json;
  /** Of HTTP: the name of its routes, or the routes themselves. */
  readonly http?: { readonly routes: string; readonly inline: Json; readonly filters: readonly Json[] };
  /** Of TCP: the clusters that it leads to. */
  readonly clusters: readonly string[];
  /** The chain itself; its metadata may name an object of Istio. */
  readonly chain: Json;
}

const configOf = (filter: Json) => ({ ...objectAt(filter, "config"), ...objectAt(filter, "typed_config") });

// Before Envoy 1.14 the names have no `envoy.filters.network` before them.
const isFilter = (filter: Json, name: string) => textAt(filter, "name").endsWith(name);

/** The clusters that routes or a TCP proxy lead to, with or without weights. */
export function clustersOf(action: Json): readonly string[] {
  const weighted = listAt(action, "weighted_clusters", "clusters").map((one) => textAt(one, "name"));
  return [textAt(action, "cluster"), ...weighted].filter((one) => one !== "");
}

function chainOf(chain: Json): Chain {
  const filters = listAt(chain, "filters");
  const manager = filters.find((one) => isFilter(one, "http_connection_manager"));
  const tcp = filters.find((one) => isFilter(one, "tcp_proxy"));
  const base = { name: textAt(chain, "name"), match: objectAt(chain, "filter_chain_match"), chain };
  if (manager === undefined) return { ...base, clusters: tcp === undefined ? [] : clustersOf(configOf(tcp)) };
  const config = configOf(manager);
  const http = {
    routes: textAt(config, "rds", "route_config_name"),
    inline: objectAt(config, "route_config"),
    filters: listAt(config, "http_filters"),
  };
  return { ...base, clusters: [], http };
}

/** The filter chains of a listener, that for everything else last. */
export function chainsOf(listener: Json): readonly Chain[] {
  const rest = objectAt(listener, "default_filter_chain");
  return [...listAt(listener, "filter_chains"), ...(Object.keys(rest).length === 0 ? [] : [rest])].map(chainOf);
}

/** Address and port of a listener. */
export function addressOf(listener: Json): { readonly address: string; readonly port: number } {
  const socket = objectAt(listener, "address", "socket_address");
  return { address: textAt(socket, "address"), port: numberAt(socket, "port_value") };
}

/** What a chain takes, for a person; empty where it takes everything. */
export function matchText(match: Json): string {
  const ranges = listAt(match, "prefix_ranges").map(
    (one) => `${textAt(one, "address_prefix")}/${textAt(one, "prefix_len")}`,
  );
  const port = textAt(match, "destination_port");
  const parts = [
    ["SNI", textsAt(match, "server_names")],
    ["to", ranges],
    ["port", port === "" ? [] : [port]],
    ["transport", [textAt(match, "transport_protocol")].filter((one) => one !== "")],
    ["ALPN", textsAt(match, "application_protocols")],
  ] as const;
  return parts.flatMap(([word, texts]) => (texts.length === 0 ? [] : [`${word} ${texts.join(",")}`])).join("; ");
}
