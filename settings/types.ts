import type { Sections } from "./schema";

/** The validated, defaulted, frozen settings of one stack. */
export interface Settings extends Omit<Sections, "namespace" | "rollout"> {
  /** The Pulumi stack's name. */
  readonly stack: string;
  readonly namespace: string;
  readonly rollout: Sections["rollout"] & { readonly namespaces: readonly string[] };
  /** Follows from `istio.version`. */
  readonly layout: Layout;
}

/** How Istio is packaged: two classic charts up to 1.5, separate `base` and `istiod` charts from 1.12 on. */
export type Layout = "classic" | "modern";
