import { readReleases } from "../../cluster/adopt/readReleases";
import { isDenied } from "../../cluster/client/errors";
import type { connectOnce } from "../../cluster/client/kubernetesClient";
import { asDeployed } from "../../mesh/adopt/given";
import { withServedGateway } from "../../mesh/install/canaryGateway";
import { crdRelease } from "../../mesh/install/helmReleases";
import type { MeshPlan } from "../../mesh/meshPlan";
import { isMarkOf } from "../../mesh/upgrade/helmHistory";

/** A plan, and what could not be known for it. */
export interface PlanNow {
  readonly plan: MeshPlan;
  readonly notes: readonly string[];
}

/**
 * The plan as an update of this moment would have it. Between the two updates of a canary the gateway stays with the control plane that
 * serves the instance, and the old one stays the one that validates.
 * @throws Error where the cluster gives no answer
 */
export async function planNow(plan: MeshPlan, connected: ReturnType<typeof connectOnce>): Promise<PlanNow> {
  const { settings } = plan;
  if (settings.istio.revision === undefined || plan.releases.length === 0) return { plan, notes: [] };
  try {
    const found = await readReleases(await connected());
    // Of a rollback Helm's own words stand where the mark was.
    const own = found.filter(
      ({ description }) => isMarkOf(description, settings.stack) || description.startsWith("Rollback to "),
    );
    const deployed = asDeployed(own);
    const hasDefault = deployed.some(
      ({ chart, revision, status }) => chart === "istiod" && revision === undefined && status === "deployed",
    );
    const served = withServedGateway(plan, deployed);
    const crds = crdRelease(settings, hasDefault);
    const releases = served.releases.map((one) => (one.name === crds.name ? crds : one));
    return { plan: { ...served, releases }, notes: [] };
  } catch (error) {
    if (!isDenied(error)) throw error;
    const why =
      "Helm's releases in istio-system may not be read (HTTP 403), so what a canary leaves as it is may be told as a difference";
    return { plan, notes: [why] };
  }
}
