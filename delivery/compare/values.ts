import { structuredPatch } from "diff";
import { isDeepStrictEqual } from "node:util";
import { isMap, secretPlaceholder } from "../../config/raw";
import type { Change, Hunk } from "./changes";
import { entryNames, pairInOrder } from "./lists";
import { withoutPrivateKeys } from "./secrets";

const plainKey = /^[A-Za-z_$][\w$-]*$/;

/** The place of a key: `spec.replicas`, `metadata.labels["helm.sh/chart"]`. */
function below(path: string, key: string): string {
  if (!plainKey.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** Lines of the text around what differs. */
const context = 3;

function hunksOf(before: string, after: string): readonly Hunk[] {
  return structuredPatch("", "", before, after, "", "", { context }).hunks.map(({ oldStart, newStart, lines }) => ({
    from: oldStart,
    to: newStart,
    lines,
  }));
}

/** A map that is written as JSON on one line, as in Istio's classic charts. */
function inJson(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function compareTexts(before: string, after: string, path: string): readonly Change[] {
  const [one, other] = [before, after].map((text) => (text.trimEnd().includes("\n") ? undefined : inJson(text)));
  if (one !== undefined && other !== undefined) return compareMaps(one, other, path);
  if (!`${before}${after}`.trimEnd().includes("\n")) return [{ path, kind: "changed", before, after }];
  const [old, now] = [withoutPrivateKeys(before), withoutPrivateKeys(after)];
  if (old === now) return [{ path, kind: "changed", before: secretPlaceholder, after: secretPlaceholder }];
  return [{ path, kind: "text", hunks: hunksOf(old, now) }];
}

function compareMaps(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  path: string,
): readonly Change[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key): readonly Change[] => {
    const place = below(path, key);
    if (!Object.hasOwn(before, key)) return [{ path: place, kind: "added", value: after[key] }];
    if (!Object.hasOwn(after, key)) return [{ path: place, kind: "removed", value: before[key] }];
    return compareValues(before[key], after[key], place);
  });
}

function compareNamed(
  before: readonly unknown[],
  after: readonly unknown[],
  path: string,
  nameOf: (entry: unknown) => string,
): readonly Change[] {
  const [old, now] = [before, after].map((list) => new Map(list.map((entry) => [nameOf(entry), entry])));
  if (old === undefined || now === undefined) return [];
  const changes = [...new Set([...old.keys(), ...now.keys()])].flatMap((name): readonly Change[] => {
    const place = `${path}[${name}]`;
    if (!old.has(name)) return [{ path: place, kind: "added", value: now.get(name) }];
    if (!now.has(name)) return [{ path: place, kind: "removed", value: old.get(name) }];
    return compareValues(old.get(name), now.get(name), place);
  });
  // Of containers, webhooks and variables the order counts.
  const [order, newOrder] = [
    [...old.keys()].filter((name) => now.has(name)),
    [...now.keys()].filter((n) => old.has(n)),
  ];
  return isDeepStrictEqual(order, newOrder)
    ? changes
    : [...changes, { path, kind: "order", before: order, after: newOrder }];
}

function compareLists(before: readonly unknown[], after: readonly unknown[], path: string): readonly Change[] {
  const nameOf = entryNames(before, after);
  if (nameOf !== undefined) return compareNamed(before, after, path, nameOf);
  return pairInOrder(before, after).flatMap((pair): readonly Change[] => {
    const place = `${path}[${String(pair.at)}]`;
    if (!("after" in pair)) return [{ path: place, kind: "removed", value: pair.before }];
    if (!("before" in pair)) return [{ path: place, kind: "added", value: pair.after }];
    return compareValues(pair.before, pair.after, place);
  });
}

/** What differs between two values, each place by itself. */
export function compareValues(before: unknown, after: unknown, path = ""): readonly Change[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isMap(before) && isMap(after)) return compareMaps(before, after, path);
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, path);
  if (typeof before === "string" && typeof after === "string") return compareTexts(before, after, path);
  return [{ path, kind: "changed", before, after }];
}
