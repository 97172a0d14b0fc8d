import type { V1Pod } from "@kubernetes/client-node";
import { load } from "js-yaml";
import * as semver from "semver";
import { fullHost } from "../doctor/whoWins";
import { discovery, isVersion } from "../istio/controlPlanes";
import { isLive, proxyVersion } from "../istio/proxies";
import type { TrafficPolicy } from "./istioKinds";
import type { Kinds, Objects, Pod } from "./kinds";
import type { Thing } from "./thing";
import type { Hit } from "./note";

// How notes look at objects.

/** Kind and name of an object for a person. */
export function nameOf(kind: string, { metadata }: Thing): string {
  const place = metadata.namespace === undefined ? "" : `${metadata.namespace}/`;
  return `${kind} ${place}${metadata.name ?? ""}`;
}

/** A hit for each object of which something is to be said. */
export const each = <T extends Thing>(
  kind: string,
  things: readonly T[],
  says: (thing: T) => string | undefined | false,
): readonly Hit[] =>
  things.flatMap((thing) => {
    const text = says(thing);
    return text === undefined || text === false ? [] : [{ object: nameOf(kind, thing), says: text }];
  });

/** Things by a text that they share, in their order: a look at each pair of thousands would take seconds. */
export function groupedBy<T>(things: readonly T[], keyOf: (thing: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const group = groups.get(keyOf(thing));
    if (group === undefined) groups.set(keyOf(thing), [thing]);
    else group.push(thing);
  }
  return groups;
}

/** Whether a namespace is the cluster's or the mesh's own. */
export const isSystem = (namespace: string | undefined) =>
  namespace === "istio-system" || namespace?.startsWith("kube-") === true;

/** Whether an object is a person's: outside of the namespaces of cluster and mesh. */
export const isOfPeople = ({ metadata }: Thing) => !isSystem(metadata.namespace);

/** All that a spec says, for kinds that are free text. */
export const textOf = ({ spec }: Thing) => JSON.stringify(spec ?? {});

/** A part of nested values, `undefined` where there is none. @param path keys with dots between */
export function valueAt(values: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (at, key) => (typeof at === "object" && at !== null ? (at as Readonly<Record<string, unknown>>)[key] : undefined),
      values,
    );
}

/** Environment of the istiods that run: the same name can be there once for each. */
export function istiodEnv({ deployments }: Pick<Objects, "deployments">): readonly (readonly [string, string])[] {
  return deployments.flatMap(({ spec }) => {
    const containers = (spec?.template.spec?.containers ?? []).filter(({ name }) => name === "discovery");
    return containers.flatMap(({ env = [] }) => env.map(({ name, value = "" }) => [name, value] as const));
  });
}

/** The Deployments that are control planes. */
export const planes = ({ deployments }: Pick<Objects, "deployments">) =>
  deployments.filter(({ spec }) => discovery(spec?.template.spec as Parameters<typeof discovery>[0]) !== undefined);

/** What is read of the mesh's own configuration. */
export interface MeshConfig {
  readonly accessLogFile?: string;
  readonly accessLogEncoding?: string;
  readonly discoverySelectors?: readonly NonNullable<Kinds["proxyConfigs"]["spec"]>["selector"][];
  readonly extensionProviders?: readonly Readonly<Record<string, unknown>>[];
  readonly defaultProviders?: { readonly tracing?: readonly string[] };
  readonly enableTracing?: boolean;
  readonly defaultConfig?: {
    readonly proxyMetadata?: Readonly<Record<string, unknown>>;
    readonly proxyStatsMatcher?: { readonly inclusionRegexps?: readonly string[] };
    readonly tracing?: Readonly<Record<string, unknown>>;
  };
  readonly defaultHttpRetryPolicy?: unknown;
  readonly defaultServiceExportTo?: readonly string[];
  readonly defaultVirtualServiceExportTo?: readonly string[];
  readonly defaultDestinationRuleExportTo?: readonly string[];
  readonly tlsDefaults?: { readonly minProtocolVersion?: string };
}

/** The mesh's configuration of each control plane, with the ConfigMap that holds it. */
export function meshConfigs({
  configMaps,
}: Pick<Objects, "configMaps">): readonly { readonly object: string; readonly config: MeshConfig }[] {
  return configMaps.flatMap((map) => {
    const text = map.data?.["mesh"];
    if (text === undefined || !/^istio(-|$)/.test(map.metadata.name ?? "")) return [];
    return [{ object: nameOf("ConfigMap", map), config: parsed(text) }];
  });
}

function parsed(text: string): MeshConfig {
  try {
    return (load(text) as MeshConfig | null | undefined) ?? {};
  } catch {
    // istiod would not take it either.
    return {};
  }
}

/** Each traffic policy of a rule, with where it stands. */
export function policiesOf({ spec }: Kinds["destinationRules"]): readonly (readonly [string, TrafficPolicy])[] {
  const tops = [
    ["trafficPolicy", spec?.trafficPolicy] as const,
    ...(spec?.subsets ?? []).map(({ name, trafficPolicy }) => [`subset ${name}`, trafficPolicy] as const),
  ];
  return tops.flatMap(([place, policy]) =>
    policy === undefined
      ? []
      : [
          [place, policy] as const,
          ...(policy.portLevelSettings ?? []).map((port) => [`${place}, a port`, port] as const),
        ],
  );
}

/** Hosts that a VirtualService sends calls to, in full where they are short names of Services. */
export function destinationsOf({ metadata, spec }: Kinds["virtualServices"]): readonly string[] {
  const routes = [...(spec?.http ?? []), ...(spec?.tcp ?? []), ...(spec?.tls ?? [])];
  const hosts = routes.flatMap(({ route = [] }) => route.map(({ destination }) => destination?.host));
  const named = hosts.filter((host) => host !== undefined && host !== "") as string[];
  return [...new Set(named.map((host) => fullHost(host, metadata.namespace)))];
}

export { fullHost };

/** Host of a Service. */
export const serviceHost = ({ metadata }: Thing) => fullHost(metadata.name ?? "", metadata.namespace);

/** Whether a pod has a proxy of ztunnel's mode. */
export const isAmbient = ({ metadata }: Thing) => metadata.annotations?.["ambient.istio.io/redirection"] === "enabled";

/** Whether an object is a Gateway of the Gateway API that Istio runs as a waypoint. */
export const isWaypoint = ({ spec }: Kinds["gatewayApiGateways"]) => spec?.gatewayClassName === "istio-waypoint";

/** Version of the Gateway API's CRDs, of one of its kinds; `undefined` where it is not known. @param plural `tlsroutes` */
export function bundleVersion({ crds }: Pick<Objects, "crds">, plural: string): string | undefined {
  const crd = crds.find(({ metadata }) => metadata.name === `${plural}.gateway.networking.k8s.io`);
  return crd?.metadata.annotations?.["gateway.networking.k8s.io/bundle-version"]?.replace(/^v/, "");
}

/** Whether one of Istio's versions is lower than another; an unreadable one is not. */
export const isBelow = (version: string | undefined, limit: string) => isVersion(version) && semver.lt(version, limit);

/** Version of a pod's sidecar or gateway; `undefined` where it has none. */
export const sidecarVersion = (pod: Pod) =>
  // The same object in the client's words; of those that are read here only dates differ.
  isLive(pod as unknown as V1Pod) ? proxyVersion(pod as unknown as V1Pod) : undefined;

/** A hit for each namespace with such pods, which are too many to be named one by one. @param what they are */
export function counted(pods: readonly Pod[], what: string): readonly Hit[] {
  const byNamespace = new Map<string, number>();
  for (const { metadata } of pods)
    byNamespace.set(metadata.namespace ?? "", (byNamespace.get(metadata.namespace ?? "") ?? 0) + 1);
  return [...byNamespace].map(([namespace, count]) => ({
    object: `${String(count)} ${count === 1 ? "pod" : "pods"} of namespace ${namespace}`,
    says: `${count === 1 ? "is" : "are"} ${what}`,
  }));
}

/** Pods of the node agent istio-cni. */
export const cniPods = ({ pods }: Pick<Objects, "pods">) =>
  pods.filter(({ metadata }) => metadata.labels?.["k8s-app"] === "istio-cni-node");

/** Hits of the providers for tracing, metrics and logs of these kinds, in the mesh's configuration. */
export const providersOf = (seen: Pick<Objects, "configMaps">, kinds: readonly string[]): readonly Hit[] =>
  meshConfigs(seen).flatMap(({ object, config }) =>
    (config.extensionProviders ?? []).flatMap((provider) =>
      kinds
        .filter((kind) => provider[kind] !== undefined)
        .map((kind) => ({ object, says: `has a provider of kind ${kind} in extensionProviders` })),
    ),
  );
