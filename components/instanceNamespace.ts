import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings/types";
import type { MeshContext } from "./context";
import { injectionLabel } from "../mesh/rollout/injectionLabel";

/** Labels that ask Istio to inject sidecars into a namespace. */
export function injectionLabels(settings: Pick<Settings, "injection" | "istio">): Record<string, string> {
  if (settings.injection === "enabled") return { [injectionLabel]: "enabled" };
  const { revision } = settings.istio;
  return settings.injection === "revision" && revision !== undefined ? { "istio.io/rev": revision } : {};
}

/**
 * The instance's namespace: made when it is missing, only labelled when it is there, kept on destroy.
 */
export class InstanceNamespace extends pulumi.ComponentResource {
  public readonly namespace: kubernetes.core.v1.NamespacePatch;

  constructor(name: string, context: MeshContext, opts?: pulumi.ComponentResourceOptions) {
    super("jam-istio:components:InstanceNamespace", name, {}, opts);
    this.namespace = new kubernetes.core.v1.NamespacePatch(
      name,
      {
        metadata: {
          name: context.plan.settings.namespace,
          labels: injectionLabels(context.plan.settings),
          // The label may have been set by hand; from now on the settings have the say.
          annotations: { "pulumi.com/patchForce": "true" },
        },
      },
      { parent: this, provider: context.provider, dependsOn: [context.gate, ...context.after], retainOnDelete: true },
    );
    this.registerOutputs();
  }
}
