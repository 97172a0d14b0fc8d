import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ReleasePlan } from "../mesh/values";
import type { MeshContext } from "./context";
import { meshRelease } from "./meshRelease";

/** Kiali of the modern layout: chart `kiali-server`. */
export class KialiServer extends pulumi.ComponentResource {
  public readonly release: kubernetes.helm.v3.Release;

  constructor(name: string, plan: ReleasePlan, context: MeshContext, opts?: pulumi.ComponentResourceOptions) {
    super("jam-istio:components:KialiServer", name, {}, opts);
    this.release = meshRelease(plan, context, this);
    this.registerOutputs();
  }
}
