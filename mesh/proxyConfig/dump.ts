import { listAt, objectAt, textAt, valueAt, type Json } from "./json";

/** A piece of configuration that a proxy refused, and keeps its older one instead. */
export interface Rejection {
  /** What it is of: `clusters`, `listeners` or `routes`. */
  readonly what: string;
  readonly name: string;
  /** Envoy's own words. */
  readonly details: string;
}

/** What a proxy is configured with, of whatever version of Envoy's API. */
export interface ProxyDump {
  readonly bootstrap: Json;
  readonly clusters: readonly Json[];
  readonly listeners: readonly Json[];
  readonly routes: readonly Json[];
  /** Absent in Envoys before 1.19, and where they were not asked for. */
  readonly endpoints: readonly Json[];
  readonly rejected: readonly Rejection[];
  /** Names of what came with the bootstrap, or stands in another piece: no control plane sends it by itself. */
  readonly fixed: ReadonlySet<string>;
}

/** The states of a resource, the one in use first; Envoy before 1.14 has the resource itself. */
const statesOf = (entry: Json) =>
  valueAt(entry, "active_state") === undefined && valueAt(entry, "warming_state") === undefined
    ? [entry]
    : [objectAt(entry, "active_state"), objectAt(entry, "warming_state")];

/**
 * Reads `/config_dump` of a proxy's administration.
 * @see https://www.envoyproxy.io/docs/envoy/latest/operations/admin#get--config_dump
 */
export function readDump(text: string): ProxyDump {
  const configs = listAt(JSON.parse(text), "configs");
  const section = (name: string) => configs.filter((one) => textAt(one, "@type").endsWith(`.${name}ConfigDump`));
  /** Entries of every list of a section, whatever it is called: static, dynamic, active, warming. */
  const entriesOf = (name: string) =>
    section(name).flatMap((dump) => Object.values(dump).flatMap((value) => listAt(value)));
  /** In Envoy's order: what was active first. */
  const resources = (name: string, key: string) =>
    entriesOf(name).flatMap((entry) => {
      const found = statesOf(entry).map((state) => objectAt(state, key));
      return found.filter((one) => Object.keys(one).length > 0).slice(0, 1);
    });
  const rejected = (what: string, name: string, key: string) =>
    entriesOf(name).flatMap((entry) => {
      const error = objectAt(entry, "error_state");
      if (textAt(error, "details") === "") return [];
      const named = [entry, objectAt(error, "failed_configuration"), objectAt(entry, key)].map((one) =>
        textAt(one, "name"),
      );
      return [{ what, name: named.find((one) => one !== "") ?? "", details: textAt(error, "details") }];
    });
  const fixed = [
    ["Clusters", "static_clusters", "cluster"],
    ["Listeners", "static_listeners", "listener"],
    ["Routes", "static_route_configs", "route_config"],
  ].flatMap(([name = "", list = "", key = ""]) =>
    section(name).flatMap((dump) => listAt(dump, list).map((entry) => textAt(entry, key, "name"))),
  );
  return {
    fixed: new Set(fixed),
    bootstrap: objectAt(section("Bootstrap")[0], "bootstrap"),
    clusters: resources("Clusters", "cluster"),
    listeners: resources("Listeners", "listener"),
    routes: resources("Routes", "route_config"),
    endpoints: resources("Endpoints", "endpoint_config"),
    rejected: [
      ...rejected("clusters", "Clusters", "cluster"),
      ...rejected("listeners", "Listeners", "listener"),
      ...rejected("routes", "Routes", "route_config"),
    ],
  };
}

/** The names of fields as Envoy writes them; what is no name of a field, as in capital letters, stays. */
function snake(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snake);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      /^[a-z][a-z0-9]*([A-Z][a-z0-9]*)+$/.test(key)
        ? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
        : key,
      snake(inner),
    ]),
  );
}

/** Reads a control plane's `/debug/config_dump?proxyID=`; newer ones write the names of fields in camel case. */
export const readSentDump = (text: string): ProxyDump => readDump(JSON.stringify(snake(JSON.parse(text))));
