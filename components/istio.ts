import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { controlPlaneRelease } from "../mesh/values";
import type { MeshContext } from "./context";
import { meshRelease } from "./meshRelease";

/** The control plane: chart `istio` (classic) or `istiod` (modern). */
export class Istio extends pulumi.ComponentResource {
  public readonly release: kubernetes.helm.v3.Release;

  constructor(name: string, context: MeshContext, opts?: pulumi.ComponentResourceOptions) {
    super("jam-istio:components:Istio", name, {}, opts);
    this.release = meshRelease(controlPlaneRelease(context.settings), context, this);
    this.registerOutputs();
  }
}
