// Which objects of a real cluster a rehearsal brings, and what of them.
import type { AnyObject } from "../adopt/objects";

/** An object as an API server gives it, or as it stands in a file. */
export interface ForeignObject extends AnyObject {
  readonly metadata: AnyObject["metadata"] & { readonly creationTimestamp?: string };
  readonly spec?: unknown;
}

/** Objects that are brought, and what is left out. */
export interface Copied {
  /** In the order in which they are created. */
  readonly definitions: readonly ForeignObject[];
  readonly namespaces: readonly ForeignObject[];
  /** Each of these after the one before: an object's age decides, in seconds, which of two for the same host counts. */
  readonly stages: readonly (readonly ForeignObject[])[];
  /** How many of which kind are left out. */
  readonly left: Readonly<Record<string, number>>;
}

/** Groups whose kinds are brought, all of them. */
export const wholeGroups: readonly string[] = [
  ...["networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io"],
  ...["trafficextensions.istio.io", "gateway.networking.k8s.io", "inference.networking.x-k8s.io"],
];

/** Single kinds of other groups, by `Kind.group`. */
const singles: Readonly<Record<string, string>> = {
  "Service.": "/api/v1/services",
  "NetworkPolicy.networking.k8s.io": "/apis/networking.k8s.io/v1/networkpolicies",
  "PodDisruptionBudget.policy": "/apis/policy/v1/poddisruptionbudgets",
  "HorizontalPodAutoscaler.autoscaling": "/apis/autoscaling/v2/horizontalpodautoscalers",
  "PodMonitor.monitoring.coreos.com": "/apis/monitoring.coreos.com/v1/podmonitors",
  "PrometheusRule.monitoring.coreos.com": "/apis/monitoring.coreos.com/v1/prometheusrules",
};

/** Where the single kinds are listed, with what they are. */
export const singleLists: readonly { readonly path: string; readonly kind: string; readonly apiVersion: string }[] =
  Object.entries(singles).map(([name, path]) => ({
    path,
    kind: name.split(".")[0] ?? "",
    apiVersion: path.replace(/^\/apis?\//, "").replace(/\/[^/]*$/, ""),
  }));

const groupOf = ({ apiVersion }: Pick<ForeignObject, "apiVersion">) =>
  apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";

/** Namespaces of a cluster's own, whose objects the rehearsal's cluster has too. */
const isOwn = (namespace: string | undefined) => namespace?.startsWith("kube-") === true;

const isDefinition = ({ kind }: ForeignObject) => kind === "CustomResourceDefinition";
const isNamespace = (object: ForeignObject) => object.kind === "Namespace" && object.apiVersion === "v1";

/** Of Istio's own CRDs the charts bring those of each version. */
const isBroughtByCharts = ({ metadata }: ForeignObject) => metadata.name.endsWith(".istio.io");

const definedGroups = [...wholeGroups, "monitoring.coreos.com"];

function isWanted(object: ForeignObject): boolean {
  const { kind, metadata } = object;
  if (isDefinition(object))
    return !isBroughtByCharts(object) && definedGroups.some((group) => metadata.name.endsWith(`.${group}`));
  if (isNamespace(object)) return !isOwn(metadata.name);
  // The API server makes its own.
  if (kind === "Service" && metadata.name === "kubernetes" && metadata.namespace === "default") return false;
  return (
    !isOwn(metadata.namespace) && (wholeGroups.includes(groupOf(object)) || `${kind}.${groupOf(object)}` in singles)
  );
}

/** Annotations that hold the whole object once more, or are another cluster's business. */
const isForeign = (key: string) => /^(kubectl\.kubernetes\.io\/|deployment\.kubernetes\.io\/)/.test(key);

/** Of a Service what a cluster has given it, and what belongs to that cluster alone. */
const given = ["clusterIPs", "healthCheckNodePort", "loadBalancerIP", "loadBalancerClass", "ipFamilies"];

function serviceSpec(spec: Readonly<Record<string, unknown>>): object {
  const kept = Object.entries(spec).filter(
    ([key, value]) => !given.includes(key) && (key !== "clusterIP" || value === "None"),
  );
  const ports = ((spec["ports"] ?? []) as readonly Readonly<Record<string, unknown>>[]).map((port) =>
    Object.fromEntries(Object.entries(port).filter(([key]) => key !== "nodePort")),
  );
  return { ...Object.fromEntries(kept), ...(ports.length === 0 ? {} : { ports }) };
}

/** An object without what belongs to its own cluster: identity, owners, status. */
export function copyOf({ apiVersion, kind, metadata, ...rest }: ForeignObject): ForeignObject {
  const { name, namespace, labels, annotations, creationTimestamp } = metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !isForeign(key));
  const spec = kind === "Service" ? serviceSpec((rest.spec ?? {}) as Readonly<Record<string, unknown>>) : rest.spec;
  return {
    ...{ apiVersion, kind },
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    ...(spec === undefined ? {} : { spec }),
  };
}

/** Hosts that an object says something about. */
function hostsOf({ kind, metadata, spec }: ForeignObject): readonly string[] {
  const { hosts = [], host } = (spec ?? {}) as { readonly hosts?: readonly string[]; readonly host?: string };
  if (kind === "Service") return [`${metadata.name}.${metadata.namespace ?? ""}.svc.cluster.local`];
  return [...hosts, ...(host === undefined ? [] : [host])];
}

/** Objects one stage after another: of those that share a host the oldest first. */
function staged(objects: readonly ForeignObject[]): readonly (readonly ForeignObject[])[] {
  const born = ({ metadata }: ForeignObject) => metadata.creationTimestamp ?? "";
  const sorted = [...objects].sort((a, b) => (born(a) < born(b) ? -1 : born(a) > born(b) ? 1 : 0));
  const next = new Map<string, readonly [stage: number, born: string]>();
  const stages: ForeignObject[][] = [];
  for (const object of sorted) {
    const keys = hostsOf(object);
    const stage = Math.max(
      0,
      ...keys.map((key) => {
        const [at, since] = next.get(key) ?? [0, born(object)];
        return since === born(object) ? at : at + 1;
      }),
    );
    for (const key of keys) next.set(key, [stage, born(object)]);
    (stages[stage] ??= []).push(object);
  }
  return stages;
}

/** Chooses what a rehearsal brings; Secrets are never among it. */
export function copied(objects: readonly ForeignObject[]): Copied {
  const wanted = objects.filter(isWanted).map(copyOf);
  const left = new Map<string, number>();
  for (const object of objects.filter((one) => !isWanted(one))) left.set(object.kind, (left.get(object.kind) ?? 0) + 1);
  const namespaces = wanted.filter(isNamespace);
  const rest = wanted.filter((one) => !isDefinition(one) && !isNamespace(one));
  const there = new Set(namespaces.map(({ metadata }) => metadata.name));
  const needed = [...new Set(rest.map(({ metadata }) => metadata.namespace))].filter((name) => name !== undefined);
  return {
    definitions: wanted.filter(isDefinition),
    namespaces: [
      ...namespaces,
      ...needed
        .filter((name) => !there.has(name))
        .map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
    ],
    stages: staged(rest),
    left: Object.fromEntries([...left].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
