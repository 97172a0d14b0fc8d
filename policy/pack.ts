import { downgrade, faultsInProduction, faultsWithoutEnd, secretInValues, type PolicyResource } from "./rules";

/** A rule of the pack: of a whole stack, or of each of its resources. */
export type Policy = { readonly name: string; readonly description: string } & (
  | { readonly ofStack: (resources: readonly PolicyResource[]) => readonly string[] }
  | { readonly ofResource: (resource: PolicyResource) => readonly string[] }
);

/** The rules of the pack. Each names what violates it. */
export const policies: readonly Policy[] = [
  {
    name: "no-faults-in-production",
    description: "Faults are not injected into a production instance.",
    ofStack: faultsInProduction,
  },
  { name: "faults-have-an-end", description: "Every fault has a time at which it ends.", ofResource: faultsWithoutEnd },
  {
    name: "no-downgrade",
    description: "Istio is not downgraded.",
    ofResource: (resource) => [downgrade(resource)].filter((text) => text !== undefined),
  },
  {
    name: "no-plain-secret",
    description: "No value of a Helm release is a secret in clear.",
    ofResource: secretInValues,
  },
];
