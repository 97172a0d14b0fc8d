import { isMap } from "../../config/raw";
import { groupOf } from "../../mesh/kubernetesObject";
import type { KubernetesObject } from "../../render/objects";

/** One object on both sides, or on one. */
export interface ObjectPair {
  readonly before?: KubernetesObject;
  readonly after?: KubernetesObject;
}

const familyOf = ({ apiVersion, kind, metadata }: KubernetesObject) =>
  [groupOf(apiVersion), kind, metadata.namespace ?? ""].join("|");

const keyOf = (object: KubernetesObject) => `${familyOf(object)}|${object.metadata.name}`;

/** A name without the versions in it: `istio-init-crd-10-1.4.6` and `…-1.4.10` are one, `istiod-1-29-2` and `istiod-1-30-3`, too. */
const versionless = (name: string) => name.replace(/\d+([.-])\d+\1\d+/g, "*");

/** The values of an object with their places; its name is not among them. */
function leaves(value: unknown, path: string, into: Set<string>): Set<string> {
  if (path === ".metadata.name") return into;
  if (Array.isArray(value)) value.forEach((item) => leaves(item, `${path}[]`, into));
  else if (isMap(value)) for (const [key, item] of Object.entries(value)) leaves(item, `${path}.${key}`, into);
  else into.add(`${path}=${String(value)}`);
  return into;
}

/** How much two objects have in common, from 0 to 1. */
function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const common = [...one].filter((leaf) => other.has(leaf)).length;
  return (2 * common) / Math.max(one.size + other.size, 1);
}

/** From here on an object under another name is taken for the same one. */
const alike = 0.8;

/** Takes out of both lists what a rule makes one. */
function take(
  gone: KubernetesObject[],
  come: KubernetesObject[],
  find: (object: KubernetesObject, among: readonly KubernetesObject[]) => KubernetesObject | undefined,
): readonly ObjectPair[] {
  const pairs: ObjectPair[] = [];
  for (const before of [...gone]) {
    const after = find(
      before,
      come.filter((one) => familyOf(one) === familyOf(before)),
    );
    if (after === undefined) continue;
    gone.splice(gone.indexOf(before), 1);
    come.splice(come.indexOf(after), 1);
    pairs.push({ before, after });
  }
  return pairs;
}

function byVersion(object: KubernetesObject, among: readonly KubernetesObject[]): KubernetesObject | undefined {
  const same = among.filter((one) => versionless(one.metadata.name) === versionless(object.metadata.name));
  return same.length === 1 ? same[0] : undefined;
}

function byContent(object: KubernetesObject, among: readonly KubernetesObject[]): KubernetesObject | undefined {
  const own = leaves(object, "", new Set());
  const rated = among.map((one) => ({ one, like: likeness(own, leaves(one, "", new Set())) }));
  return rated.filter(({ like }) => like >= alike).sort((a, b) => b.like - a.like)[0]?.one;
}

/** Pairs the objects of two sides: by name, then those that only a version in the name tells apart, then by what they hold. */
export function pairObjects(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
): readonly ObjectPair[] {
  const now = new Map(after.map((object) => [keyOf(object), object]));
  const old = new Map(before.map((object) => [keyOf(object), object]));
  const both = [...old].flatMap(([key, object]) => {
    const other = now.get(key);
    return other === undefined ? [] : [{ before: object, after: other }];
  });
  const gone = [...old].filter(([key]) => !now.has(key)).map(([, object]) => object);
  const come = [...now].filter(([key]) => !old.has(key)).map(([, object]) => object);
  const renamed = [...take(gone, come, byVersion), ...take(gone, come, byContent)];
  return [...both, ...renamed, ...gone.map((one) => ({ before: one })), ...come.map((one) => ({ after: one }))];
}
