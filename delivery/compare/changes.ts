import type { KubernetesObject } from "../../render/objects";

/** Lines of a text that differ, with those around them; each begins with ` `, `-` or `+`. */
export interface Hunk {
  /** Number of its first line in the text before, and in the one after. */
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** What differs at one place of an object. */
export type Change = { readonly path: string } & (
  | { readonly kind: "added" | "removed"; readonly value: unknown }
  | { readonly kind: "changed" | "order"; readonly before: unknown; readonly after: unknown }
  | { readonly kind: "text"; readonly hunks: readonly Hunk[] }
);

/** What a change of an object does, the worst first. */
export const groups = ["restarts", "definitions", "webhooks", "rights", "rest"] as const;
export type Group = (typeof groups)[number];

/** An object that differs. */
export interface ObjectChange {
  readonly kind: "added" | "removed" | "changed" | "renamed";
  readonly group: Group;
  /** The object as a person names it: `Deployment istio-system/istiod`. */
  readonly name: string;
  /** Its name before, where it was renamed. */
  readonly before?: string;
  readonly changes: readonly Change[];
  /** How many changes are hidden as noise. */
  readonly hidden: number;
}

/** Two sides compared. */
export interface Comparison {
  /** In the order of {@link groups}, then by name. */
  readonly objects: readonly ObjectChange[];
  /** Objects that are equal on both sides. */
  readonly equal: number;
  /** Objects of which nothing but noise differs: they are not listed. */
  readonly noisy: number;
  /** Changes that are hidden as noise, those of {@link noisy} among them. */
  readonly hidden: number;
}

/** An object for a person. */
export function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}
