import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { networkingApiVersion, type Entry } from "../mesh/install/serviceEntries";
import type { MeshContext } from "./context";

/** Arguments of the object for an entry. */
export function entryArgs({ name, spec }: Entry, namespace: string): kubernetes.apiextensions.CustomResourceArgs {
  return {
    apiVersion: networkingApiVersion,
    kind: "ServiceEntry",
    metadata: { name, namespace, labels: { app: name } },
    spec,
  };
}

/** The ServiceEntries of the instance: mysql, bucket, smtp and those of `externalServices`. */
export class ExternalServices extends pulumi.ComponentResource {
  public readonly names: readonly string[];
  public readonly entries: readonly kubernetes.apiextensions.CustomResource[];

  constructor(name: string, context: MeshContext, opts?: pulumi.ComponentResourceOptions) {
    super("jam-istio:components:ExternalServices", name, {}, opts);
    const { plan, provider, after } = context;
    const entries = plan.serviceEntries;
    this.names = entries.map((entry) => entry.name);
    this.entries = entries.map(
      (entry) =>
        new kubernetes.apiextensions.CustomResource(
          `${name}-${entry.name}`,
          entryArgs(entry, plan.settings.namespace),
          {
            parent: this,
            provider,
            // There may be hundreds, each with these in the state: the gate is what all of them wait for themselves.
            dependsOn: [...after],
          },
        ),
    );
    this.registerOutputs();
  }
}
