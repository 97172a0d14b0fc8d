import type { ProxyDump } from "./dump";
import { listAt, textAt, type Json } from "./json";
import { objectOf } from "./names";
import { isTree } from "../kubernetesObject";

/** What a proxy's configuration is made of. */
export const pieceKinds = ["clusters", "listeners", "routes"] as const;
export type PieceKind = (typeof pieceKinds)[number];

/** A field that another control plane writes otherwise, wherever it does so in the same way. */
export interface FieldChange {
  readonly what: PieceKind;
  /** `virtual_hosts[].routes[].route.retry_policy.retry_on`. */
  readonly field: string;
  /** Its value, a part of a configuration as JSON; absent where there was none. */
  readonly before?: string;
  readonly after?: string;
  /** Where: the piece's name, and the names of what it is in. */
  readonly places: readonly string[];
  /** Objects of Istio that the places were made from; none where istiod names none. */
  readonly objects: readonly string[];
}

/** How the configurations of two control planes for the same proxy differ. */
export interface ConfigChanges {
  /** How many pieces there are of each kind, before and after. */
  readonly counts: Readonly<Record<PieceKind, readonly [before: number, after: number]>>;
  /** What only the first has. */
  readonly gone: readonly Named[];
  /** What only the second has. */
  readonly come: readonly Named[];
  /** What both have: the rarest change first, as what is everywhere is no object's. */
  readonly changed: readonly FieldChange[];
}

/** A piece by its name, with the object of Istio that it was made from. */
export interface Named {
  readonly what: PieceKind;
  readonly name: string;
  /** Empty where istiod names none. */
  readonly object: string;
}

interface Found {
  readonly field: string;
  readonly place: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly object: string;
}

/** What tells the elements of a list apart, where something does. */
function keyOf(element: unknown): string {
  const match = isTree(element) ? element["match"] : undefined;
  const named = [textAt(element, "name"), textAt(element, "@type"), match === undefined ? "" : JSON.stringify(match)];
  return named.find((one) => one !== "") ?? "";
}

/** The elements of a list by what tells them apart; `undefined` where that is not enough. */
function keyed(list: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const found = new Map(list.map((element) => [keyOf(element), element]));
  return found.size === list.length && !found.has("") ? found : undefined;
}

/** The version of the API by which istiod read an object changes with istiod, and nothing else by it. */
const isSilent = (field: string) => field.endsWith("metadata.filter_metadata.istio.config");

const sameText = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** Where two values differ, at the outermost places at which one has something and the other nothing. */
function differing(at: Found): readonly Found[] {
  const { before, after, field, place, object } = at;
  if (isSilent(field) || sameText(before, after)) return [];
  if (isTree(before) && isTree(after)) {
    const inner = objectOf(after) || objectOf(before) || object;
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) =>
      differing({
        ...{ field: field === "" ? key : `${field}.${key}`, place, object: inner },
        ...{ before: before[key], after: after[key] },
      }),
    );
  }
  if (!Array.isArray(before) || !Array.isArray(after)) return [at];
  const [first, second] = [before as readonly unknown[], after as readonly unknown[]];
  const [old, next] = [keyed(first), keyed(second)];
  const list = `${field}[]`;
  if (old !== undefined && next !== undefined)
    return [...new Set([...old.keys(), ...next.keys()])].flatMap((key) =>
      differing({
        ...{ field: list, place: `${place} ${nameIn(old.get(key) ?? next.get(key))}`.trimEnd(), object },
        ...{ before: old.get(key), after: next.get(key) },
      }),
    );
  const isOfTrees = [...first, ...second].every(isTree);
  if (!isOfTrees || first.length !== second.length) return [at];
  return first.flatMap((element, index) =>
    differing({ field: list, place, object, before: element, after: second[index] }),
  );
}

/** The name of an element, for a person; what has none is where the rest says. */
const nameIn = (element: unknown) => textAt(element, "name");

/** A value for a person: a text as it is, else JSON. */
const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

function grouped(what: PieceKind, found: readonly Found[]): readonly FieldChange[] {
  const groups = new Map<string, Found[]>();
  for (const one of found) {
    const key = JSON.stringify([one.field, one.before, one.after]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { field, before, after } = first;
    return [
      {
        ...{ what, field },
        ...(before === undefined ? {} : { before: shown(before) }),
        ...(after === undefined ? {} : { after: shown(after) }),
        places: [...new Set(same.map(({ place }) => place))],
        objects: [...new Set(same.map(({ object }) => object).filter((one) => one !== ""))],
      },
    ];
  });
}

const byName = (pieces: readonly Json[]) => new Map(pieces.map((one) => [textAt(one, "name"), one]));

/** Compares what two control planes would send to the same proxy. @param before of the one that runs @param after of the next */
export function changesOf(before: ProxyDump, after: ProxyDump): ConfigChanges {
  const parts = pieceKinds.map((what) => {
    const [old, next] = [byName(before[what]), byName(after[what])];
    const only = (those: ReadonlyMap<string, Json>, others: ReadonlyMap<string, Json>) =>
      [...those]
        .filter(([name]) => !others.has(name))
        .map(([name, piece]) => ({ what, name, object: objectOf(piece) || objectWithin(piece) }));
    const both = [...old].flatMap(([name, piece]) => {
      const other = next.get(name);
      return other === undefined
        ? []
        : differing({ field: "", place: name, before: piece, after: other, object: objectOf(other) });
    });
    return {
      ...{ what, count: [old.size, next.size] as const, gone: only(old, next), come: only(next, old) },
      changed: grouped(what, both),
    };
  });
  return {
    counts: Object.fromEntries(parts.map(({ what, count }) => [what, count])) as ConfigChanges["counts"],
    gone: parts.flatMap(({ gone }) => gone),
    come: parts.flatMap(({ come }) => come),
    changed: parts.flatMap(({ changed }) => changed).sort((a, b) => a.places.length - b.places.length),
  };
}

/** The object that the first route of a route configuration was made from. */
function objectWithin(piece: Json): string {
  const routes = listAt(piece, "virtual_hosts").flatMap((host) => listAt(host, "routes"));
  return routes.map(objectOf).find((one) => one !== "") ?? "";
}
