import { diffArrays } from "diff";
import { isDeepStrictEqual } from "node:util";
import { isMap } from "../../config/raw";

/**
 * Keys by which entries of a list are told apart, as Kubernetes merges them; rules of roles by what they are about.
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
const identities = [
  ["name"],
  ["containerPort", "protocol"],
  ["port", "protocol"],
  ["mountPath"],
  ["key"],
  ["type"],
  ["apiGroups", "resources", "resourceNames", "nonResourceURLs"],
] as const;

type Entry = Record<string, unknown>;

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(",");
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

const named = (entry: Entry, keys: readonly string[]) =>
  keys
    .map((key) => textOf(entry[key]))
    .filter((text) => text !== "")
    .join("/");

function allNamed(list: readonly Entry[], keys: readonly string[]): boolean {
  const names = list.map((entry) => named(entry, keys));
  return !names.includes("") && new Set(names).size === names.length;
}

/** Names of the entries of two lists, by what tells all of them apart; `undefined` where nothing does. */
export function entryNames(
  before: readonly unknown[],
  after: readonly unknown[],
): ((entry: unknown) => string) | undefined {
  if (![...before, ...after].every(isMap)) return undefined;
  const keys = identities.find((one) => [before, after].every((list) => allNamed(list as readonly Entry[], one)));
  return keys === undefined ? undefined : (entry) => named(entry as Entry, keys);
}

/** Entries that stand in each other's place, or that one side lacks. */
export type Pair = { readonly at: number } & (
  { readonly before: unknown; readonly after: unknown } | { readonly before: unknown } | { readonly after: unknown }
);

/** Pairs the entries of two lists that have no names: what is equal is left out, what stands between is paired in its order. */
export function pairInOrder(before: readonly unknown[], after: readonly unknown[]): readonly Pair[] {
  const pairs: Pair[] = [];
  let gone: readonly unknown[] = [];
  let at = 0;
  const flush = (come: readonly unknown[]) => {
    const both = Math.min(gone.length, come.length);
    for (let i = 0; i < Math.max(gone.length, come.length); i++) {
      if (i < both) pairs.push({ at: at + i, before: gone[i], after: come[i] });
      else if (i < gone.length) pairs.push({ at: at + i, before: gone[i] });
      else pairs.push({ at: at + i, after: come[i] });
    }
    gone = [];
    at += come.length;
  };
  for (const part of diffArrays([...before], [...after], { comparator: (a, b) => isDeepStrictEqual(a, b) })) {
    if (part.removed) gone = part.value;
    else if (part.added) flush(part.value);
    else {
      flush([]);
      at += part.value.length;
    }
  }
  flush([]);
  return pairs;
}
