import * as pulumi from "@pulumi/pulumi";
import { defaultRevision } from "../../mesh/istio/controlPlanes";
import type { MeshPlan } from "../../mesh/meshPlan";
import type { DataPlane, RolloutTask } from "../../mesh/rollout/plan";
import { dynamicCode } from "./dynamicCode";
import type { RolloutInputs } from "./providers/sidecarRollout";

/** What is rolled, and after which control plane; the gate plans by it. */
export function rolloutTask({ settings, serving }: MeshPlan): RolloutTask {
  return { ...settings.rollout, serving };
}

function rolloutInputs(plan: MeshPlan): RolloutInputs {
  const { kubernetes, istio, namespace, injection } = plan.settings;
  return {
    ...rolloutTask(plan),
    kubernetes,
    version: istio.version,
    revision: istio.revision ?? defaultRevision,
    allow: istio.allow,
    injected: injection === "unmanaged" ? undefined : namespace,
  };
}

/**
 * The resource after all others: restarts the workloads whose sidecar is not the control plane's, waits for each, counts, and
 * records the version that runs now. Deleting it restarts nothing.
 */
export class SidecarRollout extends pulumi.CustomResource {
  /** What ran when the last update ended. */
  declare public readonly dataPlane: pulumi.Output<DataPlane>;

  constructor(name: string, plan: MeshPlan, opts: pulumi.CustomResourceOptions) {
    super(
      "pulumi-nodejs:dynamic/jam-istio:SidecarRollout",
      name,
      { __provider: dynamicCode("sidecarRollout"), ...rolloutInputs(plan), dataPlane: undefined },
      opts,
    );
  }
}
