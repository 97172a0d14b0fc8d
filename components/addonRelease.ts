import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ReleasePlan } from "../mesh/install/helmReleases";
import type { MeshContext } from "./context";
import { meshRelease } from "./meshRelease";

/** A part of the modern layout with a chart of its own: `cni`, `ztunnel`, `gateway`, `kiali-server`. */
export class AddonRelease extends pulumi.ComponentResource {
  public readonly release: kubernetes.helm.v3.Release;

  constructor(plan: ReleasePlan, context: MeshContext, opts?: pulumi.ComponentResourceOptions) {
    // The type is part of every state: its name stays.
    super("jam-istio:components:MeshPart", plan.name, {}, opts);
    this.release = meshRelease(plan, context, this);
    this.registerOutputs();
  }
}
