import type { Change } from "../compare/changes";
import { noiseFilter } from "../compare/noise";
import { faultLabel } from "../../mesh/faults/faultObjects";
import { placesOfOthers } from "../../mesh/istio/setByOthers";
import type { KubernetesObject } from "../../render/objects";

/** How an object is compared with the cluster. */
export type Manner =
  /** Every field of it. */
  | "fields"
  /** Whether it is there: its values are not known here, or Kubernetes allows no change of it. */
  | "presence"
  /** Not at all: it comes and goes by design. */
  | "none";

type Marked = KubernetesObject & {
  readonly metadata: {
    readonly annotations?: Readonly<Record<string, string>> | null;
    readonly labels?: Readonly<Record<string, string>> | null;
  };
};

/** How an object is compared. */
export function mannerOf(object: KubernetesObject): Manner {
  const { metadata } = object as Marked;
  // Charts write empty ones as null.
  const [annotations, labels] = [metadata.annotations ?? {}, metadata.labels ?? {}];
  // Helm runs hooks and may remove them. Faults end by themselves, or are ended by hand: `mesh faults` knows them.
  if (object.kind === "Release" || "helm.sh/hook" in annotations || faultLabel in labels) return "none";
  return object.kind === "Secret" || object.kind === "Job" ? "presence" : "fields";
}

/** Workloads that an autoscaler scales, as `Deployment istiod`. */
export function scaledWorkloads(objects: readonly KubernetesObject[]): readonly string[] {
  return objects.flatMap((object) => {
    const { spec } = object as {
      readonly spec?: { readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string } };
    };
    const target = object.kind === "HorizontalPodAutoscaler" ? spec?.scaleTargetRef : undefined;
    return target === undefined ? [] : [`${target.kind ?? ""} ${target.name ?? ""}`];
  });
}

/** Places of an object that others set by design: istiod, and of the replicas an autoscaler. @param scaled {@link scaledWorkloads} */
export function placesByDesign({ kind, metadata }: KubernetesObject, scaled: readonly string[]): readonly string[] {
  const replicas = scaled.includes(`${kind} ${metadata.name}`) ? ["spec.replicas"] : [];
  return [...placesOfOthers(kind), ...replicas];
}

/** Says of a change of an object whether it is made by design. @param scaled {@link scaledWorkloads} */
export const isByDesign = (object: KubernetesObject, scaled: readonly string[]): ((change: Change) => boolean) =>
  noiseFilter(placesByDesign(object, scaled));
