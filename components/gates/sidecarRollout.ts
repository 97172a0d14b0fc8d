import * as pulumi from "@pulumi/pulumi";
import { defaultRevision } from "../../mesh/istio/controlPlanes";
import type { DataPlane } from "../../mesh/rollout/plan";
import { servingOf } from "../../mesh/rollout/servingControlPlane";
import type { Settings } from "../../settings/types";
import { dynamicCode } from "./dynamicCode";
import type { RolloutInputs, RolloutTask } from "./providers/sidecarRollout";

/** What is rolled, and after which control plane; the gate plans by it. */
export function rolloutTask(settings: Settings): RolloutTask {
  return { ...settings.rollout, serving: servingOf(settings) };
}

function rolloutInputs(settings: Settings): RolloutInputs {
  const { kubernetes, istio, namespace, injection } = settings;
  return {
    ...rolloutTask(settings),
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

  constructor(name: string, settings: Settings, opts: pulumi.CustomResourceOptions) {
    super(
      "pulumi-nodejs:dynamic/jam-istio:SidecarRollout",
      name,
      { __provider: dynamicCode("sidecarRollout"), ...rolloutInputs(settings), dataPlane: undefined },
      opts,
    );
  }
}
