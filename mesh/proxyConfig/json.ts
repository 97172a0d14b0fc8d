import { isTree } from "../kubernetesObject";

/** A JSON object of Envoy's administration. Its form differs between Envoy's versions: what is missing is `undefined`, never an error. */
export type Json = Readonly<Record<string, unknown>>;

/** The value at a path of keys; `undefined` where it ends earlier. */
export function valueAt(from: unknown, ...path: readonly string[]): unknown {
  let found = from;
  for (const key of path) found = isTree(found) ? found[key] : undefined;
  return found;
}

/** The object at a path; an empty one where there is none. */
export function objectAt(from: unknown, ...path: readonly string[]): Json {
  const found = valueAt(from, ...path);
  return isTree(found) ? found : {};
}

/** The objects of a list at a path; none where there is none. */
export function listAt(from: unknown, ...path: readonly string[]): readonly Json[] {
  const found = valueAt(from, ...path);
  return Array.isArray(found) ? found.filter(isTree) : [];
}

/** The texts of a list at a path. */
export function textsAt(from: unknown, ...path: readonly string[]): readonly string[] {
  const found = valueAt(from, ...path);
  return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
}

/** The text at a path, a number as text; empty where there is none. */
export function textAt(from: unknown, ...path: readonly string[]): string {
  const found = valueAt(from, ...path);
  return typeof found === "string" ? found : typeof found === "number" ? String(found) : "";
}

/** The number at a path, also where Envoy writes it as a text, as it does with 64 bits; 0 where there is none. */
export const numberAt = (from: unknown, ...path: readonly string[]): number => Number(textAt(from, ...path)) || 0;
