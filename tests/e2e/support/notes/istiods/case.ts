import type { ReadIstiod } from "../../../../../lab/istiods/istiod";
import type { SampleProxy } from "../../../../../lab/istiods/proxyDump";
import type { ProxyDump } from "../../../../../mesh/proxyConfig/dump";
import { listAt, objectAt, textAt, valueAt, type Json } from "../../../../../mesh/proxyConfig/json";
import type { Some } from "../../../../mesh/upgradeNotes/fixtures/make";

/** How an istiod is run. */
export interface Mode {
  readonly env?: Readonly<Record<string, string>>;
  /** Its mesh configuration, as YAML. */
  readonly mesh?: string;
}

/** An istiod that is asked about one side of a case. */
export interface Asked {
  readonly istiod: ReadIstiod;
  /** A namespace of the side, in the cluster. */
  readonly space: (name: string) => string;
  /** A host of the side, in the cluster: of `db` `db.24-04-hit.example.com`. */
  readonly host: (name: string) => string;
  /** What a proxy gets. Default: a sidecar of namespace dev. */
  readonly dump: (proxy?: Partial<SampleProxy>) => Promise<ProxyDump>;
  /** Asks the API server for an object. */
  readonly get: (path: string) => Promise<unknown>;
  /** Whether one more istiod of its version starts with a Secret `cacerts` of these keys, as it is mounted. */
  readonly startsWith: (keys: readonly string[]) => Promise<boolean>;
}

/** A note whose change two istiods show. */
export interface IstiodCase {
  readonly id: string;
  /** Minor of the istiod before; the one after is of 1.31, or of `to`. */
  readonly from: "1.21" | "1.30";
  readonly to?: "1.30";
  /** How both are run for what the note finds. Default: without anything. */
  readonly mode?: Mode;
  /** How both are run for what is near. Default: as for the other. */
  readonly missMode?: Mode;
  /** What the objects of the fixture need to have an effect, on both sides. */
  readonly more?: Some;
  /** What is near. Default: what is near in the fixture. */
  readonly near?: Some;
  /** Other objects on both sides, of kinds that no note reads. */
  readonly besides?: (space: (name: string) => string) => readonly (object & Besides)[];
  /** The part that the note is about. */
  readonly see: (asked: Asked, side: "hit" | "miss") => Promise<unknown>;
  readonly before: unknown;
  readonly after: unknown;
  /** What both say of what is near. */
  readonly same: unknown;
}

/** An object of another kind, with the path of its list. */
export interface Besides {
  readonly path: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
}

/** A cluster by its name; an empty one where there is none. */
export const clusterIn = ({ clusters }: ProxyDump, name: string): Json =>
  clusters.find((one) => textAt(one, "name") === name) ?? {};

/** Names of all clusters. */
export const clusterNames = ({ clusters }: ProxyDump): readonly string[] =>
  clusters.map((one) => textAt(one, "name")).sort();

/** The routes for a host, of whatever port. */
export const routesFor = ({ routes }: ProxyDump, host: string): readonly Json[] =>
  routes
    .flatMap((config) => listAt(config, "virtual_hosts"))
    .filter((one) => JSON.stringify(one["domains"] ?? []).includes(`"${host}`))
    .flatMap((one) => listAt(one, "routes"));

/** Every HTTP connection manager of the listeners. */
export function managersOf(value: unknown): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap(managersOf);
  if (typeof value !== "object" || value === null) return [];
  const own = textAt(value, "@type").endsWith(".HttpConnectionManager") ? [value as Json] : [];
  return [...own, ...Object.values(value).flatMap(managersOf)];
}

/** The Service to which traces go, of whatever side. */
export const collector = () => [
  {
    ...{ path: "/api/v1/namespaces/istio-system/services", apiVersion: "v1", kind: "Service" },
    metadata: { name: "otel", namespace: "istio-system" },
    spec: { ports: [{ port: 4317, name: "grpc" }] },
  },
];

export { listAt, objectAt, textAt, valueAt };
