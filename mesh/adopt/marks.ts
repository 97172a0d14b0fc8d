import { systemNamespace } from "../istio/names";
import type { AnyObject } from "./objects";

const managedBy = "app.kubernetes.io/managed-by";
const releaseName = "meta.helm.sh/release-name";
const releaseNamespace = "meta.helm.sh/release-namespace";

/** Helm does not delete what has it, whatever it is told to. @see https://helm.sh/docs/howto/charts_tips_and_tricks/ */
export const keep = { "helm.sh/resource-policy": "keep" };

/** A Helm release that owns an object. */
export interface Owner {
  readonly name: string;
  readonly namespace: string;
}

/** The release that an object's marks name. */
export function ownerOf({ metadata: { annotations = {} } }: Pick<AnyObject, "metadata">): Owner | undefined {
  const name = annotations[releaseName];
  return name === undefined ? undefined : { name, namespace: annotations[releaseNamespace] ?? "" };
}

/** Whether Helm takes an object for the release's own. @see https://helm.sh/docs/faq/changes_since_helm2/ "adopt" */
export function isMarkedFor({ metadata }: Pick<AnyObject, "metadata">, release: string): boolean {
  const owner = ownerOf({ metadata });
  return owner?.name === release && owner.namespace === systemNamespace && metadata.labels?.[managedBy] === "Helm";
}

/** Makes an object a release's own. */
export const marksFor = (release: string) => ({
  labels: { [managedBy]: "Helm" },
  annotations: { [releaseName]: release, [releaseNamespace]: systemNamespace },
});

/** Takes Helm's marks off an object that is no release's any more. */
export const noMarks = {
  labels: { [managedBy]: null },
  annotations: { [releaseName]: null, [releaseNamespace]: null, "helm.sh/resource-policy": null },
};
