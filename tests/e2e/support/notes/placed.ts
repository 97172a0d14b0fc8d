import type { Evidence } from "../../../../mesh/upgradeNotes/judge";
import type { Crd, Kind, Kinds, Objects } from "../../../../mesh/upgradeNotes/kinds";
import type { Thing } from "../../../../mesh/upgradeNotes/thing";
import { packed } from "../../../../cluster/upgrade/helmRecords";
import type { Some } from "../../../mesh/upgradeNotes/fixtures/make";
import { listPath, places, type Other } from "./places";

// All fixtures are in one cluster at the same time. Each has namespaces of its own, by a prefix; what must be in istio-system, or
// belongs to the cluster, has the prefix in its name. What was read of a fixture is judged without it.

/** One side of a fixture. */
export interface Case {
  readonly id: string;
  readonly side: "hit" | "miss";
  readonly some: Some;
}

/** An object, and where it is created. */
export interface Placed {
  readonly path: string;
  readonly object: object & { readonly metadata: Thing["metadata"]; readonly status?: unknown };
  /** Objects whose age matters come one stage after another. */
  readonly stage: number;
}

const shared = ["istio-system", "kube-system"];
const isShared = (namespace: string | undefined) => namespace !== undefined && shared.includes(namespace);

/** What the names of a fixture's namespaces begin with. */
export const prefixOf = ({ id, side }: Case) => `n${id}-${side}-`;

/** Name and namespace of an object of a fixture, in the cluster. */
function moved(one: Case, { name = "", namespace, ...metadata }: Thing["metadata"]): Thing["metadata"] {
  const prefix = prefixOf(one);
  // An object's age is the API server's to write.
  const kept = Object.entries(metadata).filter(([key]) => key !== "creationTimestamp");
  const more = Object.fromEntries(kept) as Pick<Thing["metadata"], "labels" | "annotations">;
  if (namespace === undefined || isShared(namespace))
    return { ...more, name: `${prefix}${name}`, ...(namespace === undefined ? {} : { namespace }) };
  return { ...more, name, namespace: `${prefix}${namespace}` };
}

/** Helm's record of a release. */
function record(one: Case, { metadata, chart, chartVersion, values }: Kinds["releases"]): Placed {
  const name = `${prefixOf(one)}${metadata.name ?? ""}`;
  const text = JSON.stringify({ name, chart: { metadata: { name: chart, version: chartVersion } }, config: values });
  const namespace = "istio-system";
  return {
    path: listPath({ apiVersion: "v1", kind: "Secret", plural: "secrets" }, namespace),
    stage: 0,
    object: {
      ...{ apiVersion: "v1", kind: "Secret", type: "helm.sh/release.v1" },
      metadata: {
        ...{ name: `sh.helm.release.v1.${name}.v1`, namespace },
        labels: { owner: "helm", name, status: "deployed", version: "1" },
      },
      ...{ data: { release: packed(text) } },
    },
  };
}

/** What Kubernetes demands of an object and no note reads: nothing of it runs here. */
const idle = (kind: Kind, spec: unknown) =>
  kind === "deployments" ? { spec: { ...(spec as object), replicas: 0 } } : {};

const isPlace = (kind: Kind): kind is Exclude<Kind, Other> => kind in places;

/** The objects of a fixture, but for those that are there once in a cluster. */
export function placed(one: Case): readonly Placed[] {
  const lists = Object.entries(one.some) as readonly (readonly [Kind, readonly Thing[]])[];
  const born = lists.flatMap(([, things]) => things.map(({ metadata }) => metadata.creationTimestamp ?? ""));
  const ages = [...new Set(born)].sort();
  const objects = lists.flatMap(([kind, things]) => {
    if (kind === "releases") return (things as readonly Kinds["releases"][]).map((thing) => record(one, thing));
    if (!isPlace(kind)) return [];
    const place = places[kind];
    const own = kind === "namespaces" ? things.filter(({ metadata }) => !isShared(metadata.name)) : things;
    return own.map((thing) => {
      const metadata = moved(one, thing.metadata);
      const { apiVersion, kind: name } = place;
      return {
        path: listPath(place, metadata.namespace),
        stage: ages.indexOf(thing.metadata.creationTimestamp ?? ""),
        object: { ...thing, apiVersion, kind: name, metadata, ...idle(kind, thing.spec) },
      };
    });
  });
  const named = objects.map(({ object }) => object.metadata.namespace).filter((name) => name !== undefined);
  const spaces = [...new Set(named)].filter((name) => !isShared(name));
  const there = objects.map(({ object }) => object.metadata.name);
  return [
    ...spaces
      .filter((name) => !there.includes(name))
      .map((name) => ({
        path: listPath(places.namespaces, undefined),
        stage: 0,
        object: { apiVersion: "v1", kind: "Namespace", metadata: { name } },
      })),
    ...objects,
  ];
}

/** What a fixture says of things that are there once: marks of CRDs, and the keys of Secret cacerts. */
export interface Once {
  readonly crds: readonly Crd[];
  readonly cacerts: readonly Kinds["cacerts"][];
}

export const once = ({ some: { crds = [], cacerts = [] } }: Case): Once => ({ crds, cacerts });

/** Fixtures that say nothing different of things that are there once, together. */
export function waves(cases: readonly Case[]): readonly (readonly Case[])[] {
  const sayings = (one: Case) =>
    Object.values(once(one))
      .flat()
      .map((thing: Thing) => [thing.metadata.name ?? "", JSON.stringify(thing)] as const);
  const found: { readonly said: Map<string, string>; readonly cases: Case[] }[] = [];
  for (const one of cases) {
    const own = sayings(one);
    let wave = found.find(({ said }) => own.every(([name, text]) => (said.get(name) ?? text) === text));
    if (wave === undefined) found.push((wave = { said: new Map(), cases: [] }));
    for (const [name, text] of own) wave.said.set(name, text);
    wave.cases.push(one);
  }
  return found.map((wave) => wave.cases);
}

/** What was read of a fixture, as if it were alone in the cluster. */
export function alone({ objects }: Evidence, one: Case): Objects {
  const prefix = prefixOf(one);
  const bare = (text: string | undefined) => (text?.startsWith(prefix) ? text.slice(prefix.length) : text);
  const own = ({ metadata }: Thing) => [metadata.name, metadata.namespace].some((name) => bare(name) !== name);
  const lists = Object.entries(objects).map(([kind, things]: readonly [string, readonly Thing[]]) => {
    if (kind === "crds" || kind === "cacerts") return [kind, things] as const;
    const kept = things.filter(own).map((thing) => {
      const { name, namespace } = thing.metadata;
      const metadata = {
        ...thing.metadata,
        name: bare(name),
        ...(namespace === undefined ? {} : { namespace: bare(namespace) }),
      };
      return { ...thing, metadata };
    });
    return [kind, kept] as const;
  });
  return Object.fromEntries(lists) as Objects;
}
