import type { Layout } from "../../settings/types";
import { systemNamespace } from "../istio/names";

const label = "app.kubernetes.io/managed-by";
const release = "meta.helm.sh/release-name";
const namespace = "meta.helm.sh/release-namespace";

/** The release that owns the CRDs of the modern layout. */
export const crdReleaseName = "istio-base";

/** What marks a CRD as that release's. @see https://helm.sh/docs/topics/charts_hooks/ "invalid ownership metadata" */
export const crdOwner = {
  labels: { [label]: "Helm" },
  annotations: { [release]: crdReleaseName, [namespace]: systemNamespace },
};

/** A CRD, as far as its ownership goes. */
export interface Crd {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** CRDs that Helm must own before it can install or upgrade them, and those that are somebody else's. */
export function judgeCrds(
  layout: Layout,
  crds: readonly Crd[],
): { readonly refused: readonly string[]; readonly adopt: readonly string[] } {
  // The classic layout's Jobs apply them; Helm does not know them.
  if (layout === "classic") return { refused: [], adopt: [] };
  const ownerOf = ({ annotations = {} }: Crd) =>
    annotations[release] === undefined ? undefined : `${annotations[release]} in ${annotations[namespace] ?? ""}`;
  const ours = `${crdReleaseName} in ${systemNamespace}`;
  return {
    refused: crds
      .filter((crd) => ![undefined, ours].includes(ownerOf(crd)))
      .map((crd) => `CRD ${crd.name} belongs to Helm release ${ownerOf(crd) ?? ""}: remove it there first`),
    adopt: crds
      .filter((crd) => ownerOf(crd) === undefined || (ownerOf(crd) === ours && crd.labels?.[label] !== "Helm"))
      .map(({ name }) => name),
  };
}
