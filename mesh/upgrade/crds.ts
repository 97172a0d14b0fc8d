import type { Layout } from "../../settings/types";
import { systemNamespace } from "../istio/names";

const label = "app.kubernetes.io/managed-by";
const release = "meta.helm.sh/release-name";
const namespace = "meta.helm.sh/release-namespace";

/** The release that owns the definitions of the modern layout. */
export const crdReleaseName = "istio-base";

/** What marks a definition as that release's. @see https://helm.sh/docs/topics/charts_hooks/ "invalid ownership metadata" */
export const crdOwner = {
  labels: { [label]: "Helm" },
  annotations: { [release]: crdReleaseName, [namespace]: systemNamespace },
};

/** A custom resource definition, as far as its ownership goes. */
export interface Definition {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Definitions that Helm must own before it can install or upgrade them, and those that are somebody else's. */
export function judgeDefinitions(
  layout: Layout,
  definitions: readonly Definition[],
): { readonly refused: readonly string[]; readonly adopt: readonly string[] } {
  // The classic layout's Jobs apply them; Helm does not know them.
  if (layout === "classic") return { refused: [], adopt: [] };
  const ownerOf = ({ annotations = {} }: Definition) =>
    annotations[release] === undefined ? undefined : `${annotations[release]} in ${annotations[namespace] ?? ""}`;
  const ours = `${crdReleaseName} in ${systemNamespace}`;
  return {
    refused: definitions
      .filter((definition) => ![undefined, ours].includes(ownerOf(definition)))
      .map(
        (definition) =>
          `custom resource definition ${definition.name} belongs to Helm release ${ownerOf(definition) ?? ""}: take it out there first`,
      ),
    adopt: definitions
      .filter(
        (definition) =>
          ownerOf(definition) === undefined || (ownerOf(definition) === ours && definition.labels?.[label] !== "Helm"),
      )
      .map(({ name }) => name),
  };
}
