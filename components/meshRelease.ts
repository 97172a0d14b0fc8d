import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { chartPath } from "../mesh/install/chartSources";
import type { ReleasePlan } from "../mesh/install/helmReleases";
import { systemNamespace } from "../mesh/istio/names";
import type { MeshContext } from "./context";

/** Arguments of the Helm release for a plan. */
export function releaseArgs(plan: ReleasePlan, context: MeshContext): kubernetes.helm.v3.ReleaseArgs {
  const { gate } = context;
  const { settings } = context.plan;
  return {
    // The program puts it there: from a repository the provider would load it at every preview.
    chart: chartPath(settings.stack, plan),
    version: plan.version,
    name: plan.name,
    namespace: systemNamespace,
    values: plan.values,
    description: gate.descriptionOf(plan.name, settings.stack),
    timeout: settings.istio.timeoutSeconds,
    // Helm's wait alone does not wait for the Jobs that create the CRDs.
    waitForJobs: true,
    maxHistory: 10,
    ...(plan.skipCrds === true ? { skipCrds: true } : {}),
  };
}

/** Registers a plan as a Helm release in istio-system. */
export function meshRelease(
  plan: ReleasePlan,
  context: MeshContext,
  parent: pulumi.Resource,
  options: pulumi.CustomResourceOptions = {},
): kubernetes.helm.v3.Release {
  return new kubernetes.helm.v3.Release(plan.name, releaseArgs(plan, context), {
    ...options,
    parent,
    provider: context.provider,
    dependsOn: [context.gate, ...context.after],
    // Name and namespace identify a release in Helm: a new one cannot be made beside the old.
    deleteBeforeReplace: true,
  });
}
