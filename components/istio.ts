import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { connect } from "../cluster/client/kubernetesClient";
import { notRolledBack, rollbackRelease } from "../cluster/upgrade/rollbackRelease";
import { chartPath } from "../mesh/install/chartSources";
import { defaultRevision } from "../mesh/istio/controlPlanes";
import type { MeshContext } from "./context";
import { meshRelease } from "./meshRelease";
import { chartOf, type StateRelease } from "./state/stackState";

/** Rolls the control plane's release back, as a whole, when Helm began its upgrade and it does not get ready. */
function rollbackOn(release: string, { plan }: MeshContext): pulumi.ErrorHook {
  const { settings } = plan;
  return new pulumi.ErrorHook(`${release}-rollback`, async ({ failedOperation, oldOutputs, errors }) => {
    // A first install has nothing to roll back to; what it left tells why.
    if (failedOperation !== "update") return false;
    const { status } = (oldOutputs ?? {}) as { readonly status?: { readonly revision?: number } };
    const { revision = defaultRevision, timeoutSeconds } = settings.istio;
    const failure = { release, what: "upgrade", known: status?.revision, errors } as const;
    // An old pod that restarts would die of the new one's configuration: never the image alone.
    const done = await connect(settings.kubernetes).then(
      (cluster) => rollbackRelease(cluster, { failure, revision, timeoutSeconds }),
      (error: unknown) => notRolledBack(release, error),
    );
    await pulumi.log.warn(done);
    return false;
  });
}

/** The control plane: chart `istio` (classic) or `istiod` (modern); others beside it stay while a proxy uses them. */
export class Istio extends pulumi.ComponentResource {
  public readonly release: kubernetes.helm.v3.Release;
  /** Control planes that are kept beside it. */
  public readonly kept: readonly kubernetes.helm.v3.Release[];

  constructor(
    name: string,
    context: MeshContext,
    kept: readonly StateRelease[],
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("jam-istio:components:Istio", name, {}, opts);
    const plan = context.plan.mesh.controlPlane;
    this.release = meshRelease(plan, context, this, { hooks: { onError: [rollbackOn(plan.name, context)] } });
    this.kept = kept.map((release) => {
      // As the state has it, but for the place of its chart: an older program left that to the provider.
      const args = { ...release.args, chart: chartPath(context.plan.settings.stack, chartOf(release)) };
      return new kubernetes.helm.v3.Release(release.name, args, {
        parent: this,
        provider: context.provider,
        dependsOn: [context.gate, ...context.after],
        deleteBeforeReplace: true,
      });
    });
    this.registerOutputs();
  }
}
