import type { KubernetesObject } from "../../render/objects";
import { isMap } from "../../config/raw";
import { nameOf, type Change } from "../compare/changes";
import { withoutSecrets } from "../compare/secrets";
import { compareValues } from "../compare/values";
import { isByDesign } from "./rules";

/** What an object is in the cluster; `wanted` is what the API server would make of it. */
export type Observed =
  | { readonly state: "there"; readonly live: KubernetesObject; readonly wanted: KubernetesObject }
  | { readonly state: "missing" }
  | { readonly state: "unknown"; readonly why: string };

/** An object that is not as the settings say. */
export interface Drifted {
  readonly name: string;
  readonly kind: "changed" | "missing" | "additional";
  /** From what is there to what should be; empty where it is missing or additional. */
  readonly changes: readonly Change[];
}

/** A stack compared with its cluster. */
export interface Drift {
  readonly stack: string;
  readonly drifted: readonly Drifted[];
  /** Objects that could not be compared, with the reason. */
  readonly unknown: readonly { readonly name: string; readonly why: string }[];
  /** Objects of which every field was compared. */
  readonly compared: number;
  /** Objects of which it was seen only whether they are there: Secrets and Jobs. */
  readonly presence: number;
  /** Changes that others make by design: not counted as drift. */
  readonly byDesign: number;
  readonly notes: readonly string[];
}

/**
 * A value without what is null, also in maps that are written as JSON in a text: to Kubernetes that is as good as nothing, and Helm's
 * versions differ in whether they write it.
 */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (isMap(value)) {
    const set = Object.entries(value).filter(([, item]) => item !== null);
    return Object.fromEntries(set.map(([key, item]) => [key, withoutNulls(item)]));
  }
  if (typeof value !== "string" || !/^\{.*null/.test(value)) return value;
  try {
    return JSON.stringify(withoutNulls(JSON.parse(value)));
  } catch {
    return value;
  }
}

/** One object's part: what drifted, and how many changes are by design. */
export function driftOf(
  object: KubernetesObject,
  observed: Observed,
  scaled: readonly string[],
): { readonly drifted?: Drifted; readonly why?: string; readonly byDesign: number } {
  const name = nameOf(object);
  if (observed.state === "missing") return { drifted: { name, kind: "missing", changes: [] }, byDesign: 0 };
  if (observed.state === "unknown") return { why: observed.why, byDesign: 0 };
  const all = compareValues(withoutNulls(observed.live), withoutNulls(observed.wanted));
  const isExpected = isByDesign(object, scaled);
  const changes = all.filter((change) => !isExpected(change));
  const byDesign = all.length - changes.length;
  if (changes.length === 0) return { byDesign };
  const shown = changes.map((change) => withoutSecrets(object.kind, change));
  return { drifted: { name, kind: "changed", changes: shown }, byDesign };
}

/** Whether nothing drifted and everything could be compared. */
export const isClean = ({ drifted, unknown }: Drift): boolean => drifted.length + unknown.length === 0;
