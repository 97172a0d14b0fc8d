import { BlockList, isIP } from "node:net";
import { clusterOf, type Cluster } from "../proxyConfig/clusters";
import type { ProxyDump } from "../proxyConfig/dump";
import type { Endpoint } from "../proxyConfig/endpoints";
import { listAt, numberAt, textAt, textsAt, type Json } from "../proxyConfig/json";
import { addressOf, chainsOf, type Chain } from "../proxyConfig/listeners";
import { clusterName, isHost } from "../proxyConfig/names";
import { routesOf, type Route } from "../proxyConfig/routes";
import type { Request } from "./request";

/** The way that a proxy's configuration has for a request. */
export interface ProxyPath {
  /** Address and port of the listener; absent where none takes it. */
  readonly listener?: string;
  /** What the listener takes the connection for. */
  readonly as: "HTTP" | "TCP" | "nothing";
  /** Whether HTTP has a virtual host for the name. */
  readonly domain?: string;
  /** The route; of HTTP only, and absent where none matches. */
  readonly route?: Route;
  /** The names of the clusters that it leads to. */
  readonly clusters: readonly string[];
  /** The first of them that the proxy has. */
  readonly cluster?: Cluster;
  /** Those that the proxy lacks: a subset that is not there. */
  readonly missing: readonly string[];
  /** Addresses of the clusters. */
  readonly endpoints: readonly Endpoint[];
  /** The cluster of the host and port itself, where faults and routes lead elsewhere. */
  readonly own?: Cluster;
}

function contains(range: Json, address: string): boolean {
  const prefix = textAt(range, "address_prefix");
  if (isIP(prefix) === 0 || isIP(prefix) !== isIP(address)) return false;
  const family = isIP(prefix) === 6 ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(prefix, numberAt(range, "prefix_len"), family);
  return list.check(address, family);
}

const isWild = (pattern: string, name: string) => pattern.startsWith("*.") && name.endsWith(pattern.slice(1));

/** Whether a chain takes a connection, as far as address and server name say. What HTTP is, the proxy finds out by itself. */
function takes({ match, http }: Chain, { kind, host }: Request, address: string): boolean {
  const names = textsAt(match, "server_names");
  const ranges = listAt(match, "prefix_ranges");
  const port = numberAt(match, "destination_port");
  const protocols = textsAt(match, "application_protocols");
  if (ranges.length > 0 && !ranges.some((range) => contains(range, address))) return false;
  // That against a loop, of the port that everything is captured on.
  if (port === 15001 || port === 15006) return false;
  if (names.length > 0 && !(kind === "https" && names.some((name) => name === host || isWild(name, host))))
    return false;
  if (textAt(match, "transport_protocol") === "tls") return kind === "https";
  if (protocols.length > 0 || http !== undefined) return kind !== "https";
  return true;
}

function listenerFor(listeners: readonly Json[], address: string, port: number): Json | undefined {
  const at = (wanted: readonly string[], number: number) =>
    listeners.find((one) => wanted.includes(addressOf(one).address) && addressOf(one).port === number);
  return at([address], port) ?? at(["0.0.0.0", "::"], port) ?? at(["0.0.0.0", "::"], 15001);
}

/** How well a virtual host's domain fits a name: the longer the better, an exact one best; 0 where it does not. */
function fit(domain: string, names: readonly string[]): number {
  if (names.includes(domain)) return 10_000;
  if (names.some((name) => isWild(domain, name))) return 100 + domain.length;
  return domain === "*" ? 1 : 0;
}

/** Envoy drops a port from the name, or has domains with it. @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_routing */
function routesFor(config: Json, { host, port }: Request): readonly Route[] {
  const routes = routesOf(config);
  const best = (route: Route) =>
    Math.max(...route.domains.map((domain) => fit(domain, [host, `${host}:${String(port)}`])));
  const most = Math.max(0, ...routes.map(best));
  return most === 0 ? [] : routes.filter((route) => best(route) === most);
}

/** Whether a route takes a path. One that wants headers is passed over: the request has none. */
function matches({ matcher }: Route, path: string): boolean {
  if (listAt(matcher, "headers").some((header) => header["invert_match"] !== true)) return false;
  const [bare = ""] = path.split("?");
  const [exact, prefix] = [textAt(matcher, "path"), textAt(matcher, "prefix")];
  const separated = textAt(matcher, "path_separated_prefix");
  const regex = textAt(matcher, "safe_regex", "regex") || textAt(matcher, "regex");
  if (exact !== "") return bare === exact;
  if (separated !== "") return bare === separated || bare.startsWith(`${separated}/`);
  if (regex !== "") return isMatch(regex, bare);
  return path.startsWith(prefix);
}

/** RE2 knows what JavaScript does, apart from a few flags; of what JavaScript cannot read nothing is said to match. */
function isMatch(regex: string, path: string): boolean {
  try {
    return new RegExp(`^(?:${regex})$`).test(path);
  } catch {
    return false;
  }
}

/** The route configuration of a chain. */
const routesNamed = ({ routes }: ProxyDump, { http }: Chain): Json =>
  http === undefined || http.routes === ""
    ? (http?.inline ?? {})
    : (routes.find((one) => textAt(one, "name") === http.routes) ?? {});

/**
 * Follows a request through a proxy's configuration, as the proxy does: listener, filter chain, route, cluster, addresses.
 * @param address that the host has in the pod
 */
export function pathOf(dump: ProxyDump, endpoints: readonly Endpoint[], request: Request, address: string): ProxyPath {
  const { host, port, path } = request;
  const listener = listenerFor(dump.listeners, address, port);
  const chains = listener === undefined ? [] : chainsOf(listener).filter((one) => takes(one, request, address));
  const chain = chains[0];
  const named = (name: string) => dump.clusters.find((one) => textAt(one, "name") === name);
  const routes = chain?.http === undefined ? [] : routesFor(routesNamed(dump, chain), request);
  const route = routes.find((one) => matches(one, path));
  const clusters = chain?.http === undefined ? (chain?.clusters ?? []) : (route?.clusters ?? []);
  const found = clusters.map(named).find((one) => one !== undefined);
  // The name that istiod has for the host: that of the domain, or of the cluster where it is TCP.
  const full = routes.flatMap(({ domains }) => domains).find((domain) => isHost(domain, host)) ?? host;
  const own = dump.clusters.map(clusterOf).find((one) => {
    const parts = clusterName(one.name);
    return (
      parts?.direction === "outbound" && parts.subset === "" && parts.port === String(port) && isHost(parts.host, full)
    );
  });
  const domain = routes[0]?.domains[0];
  return {
    ...(listener === undefined
      ? {}
      : { listener: `${addressOf(listener).address}:${String(addressOf(listener).port)}` }),
    as: chain === undefined ? "nothing" : chain.http === undefined ? "TCP" : "HTTP",
    ...(domain === undefined ? {} : { domain }),
    ...(route === undefined ? {} : { route }),
    clusters,
    ...(found === undefined ? {} : { cluster: clusterOf(found) }),
    missing: clusters.filter((name) => named(name) === undefined),
    endpoints: endpoints.filter(({ cluster }) => clusters.includes(cluster)),
    ...(own === undefined ? {} : { own }),
  };
}
