import { readSentDump, type ProxyDump } from "../../mesh/proxyConfig/dump";
import { textAt, type Json } from "../../mesh/proxyConfig/json";
import type { ReadIstiod } from "./istiod";
import type { Metadata } from "./messages";
import { types, XdsConnection } from "./xds";

/** A proxy that does not run, for which an istiod is asked. */
export interface SampleProxy {
  readonly kind: "sidecar" | "router";
  readonly namespace: string;
  /** Name of its pod. */
  readonly pod: string;
  /** Address of its pod; istiod finds Services of it by that. */
  readonly address: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Its own version, which istiod writes for: `1.30.0`. */
  readonly version: string;
  /** More of what it says of itself. */
  readonly metadata?: Readonly<Record<string, Metadata>>;
}

/** Every text `name` at a place in an object, however deep: names of routes that listeners ask for. */
function routeNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(routeNames);
  if (typeof value !== "object" || value === null) return [];
  const own = textAt(value, "rds", "route_config_name");
  return [...(own === "" ? [] : [own]), ...Object.values(value).flatMap(routeNames)];
}

const isByEds = (cluster: Json) => textAt(cluster, "type") === "EDS";
const serviceOf = (cluster: Json) => textAt(cluster, "eds_cluster_config", "service_name") || textAt(cluster, "name");

/**
 * What an istiod sends to a proxy that does not run: it connects as one, and istiod says what it has for it.
 * @throws Error with one line where istiod does not take it
 */
export async function askForProxy(istiod: ReadIstiod, proxy: SampleProxy): Promise<ProxyDump> {
  const { kind, namespace, pod, address, labels = {}, version, metadata = {} } = proxy;
  const id = `${kind}~${address}~${pod}.${namespace}~${namespace}.svc.cluster.local`;
  const said = {
    ...{ CLUSTER_ID: "Kubernetes", NAMESPACE: namespace, NAME: pod, INSTANCE_IPS: address, ISTIO_VERSION: version },
    LABELS: labels,
    ...metadata,
  };
  const connection = new XdsConnection(istiod.xds, { id, metadata: said });
  const dump = async (more = ""): Promise<ProxyDump> => {
    const { status, body } = await istiod.ask(`/debug/config_dump?proxyID=${pod}.${namespace}${more}`);
    if (status !== 200) throw new Error(`istiod does not say what it sends: HTTP ${String(status)} ${body.trim()}`);
    return readSentDump(body);
  };
  try {
    await connection.ask(types.clusters);
    await connection.ask(types.listeners);
    const first = await dump();
    const endpoints = first.clusters.filter(isByEds).map(serviceOf);
    if (endpoints.length > 0) await connection.ask(types.endpoints, endpoints);
    const routes = [...new Set(routeNames(first.listeners))];
    if (routes.length > 0) await connection.ask(types.routes, routes);
    return await dump("&include_eds=true");
  } finally {
    connection.close();
  }
}
