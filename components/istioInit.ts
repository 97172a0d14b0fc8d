import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ReleasePlan } from "../mesh/install/helmReleases";
import { systemNamespace } from "../mesh/istio/names";
import type { MeshContext } from "./context";
import { meshRelease } from "./meshRelease";

/**
 * Namespace istio-system and Istio's CRDs: chart `istio-init` (classic), whose Jobs are awaited,
 * or `base` (modern).
 */
export class IstioInit extends pulumi.ComponentResource {
  public readonly release: kubernetes.helm.v3.Release;

  /** @param keepsSystem whether istio-system was there before the stack: then it is nothing that the stack may delete */
  constructor(
    name: string,
    plan: ReleasePlan,
    keepsSystem: boolean,
    context: MeshContext,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("jam-istio:components:IstioInit", name, {}, opts);
    const args = { metadata: { name: systemNamespace } };
    const options = { parent: this, provider: context.provider, dependsOn: [context.gate, ...context.after] };
    const namespace = keepsSystem
      ? new kubernetes.core.v1.NamespacePatch(systemNamespace, args, { ...options, retainOnDelete: true })
      : new kubernetes.core.v1.Namespace(systemNamespace, args, options);
    this.release = meshRelease(plan, { ...context, after: [namespace] }, this);
    this.registerOutputs();
  }
}
