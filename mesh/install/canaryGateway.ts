import type { MeshPlan } from "../meshPlan";
import { servedRevision } from "../rollout/servingControlPlane";
import { partReleaseName } from "../istio/names";
import { istioRepositories, type ReleasePlan } from "./helmReleases";

/** A release as the stack's state has it, as far as it matters here. */
export interface DeployedRelease {
  readonly name: string;
  readonly chart?: string | undefined;
  readonly version?: string | undefined;
  /** Revision among its values. */
  readonly revision?: string | undefined;
}

/**
 * Leaves the ingress gateway with the control plane that serves the instance: while that is not the settings' own revision the
 * gateway keeps version and revision of what is deployed, or gets those of the control plane without a revision. A revision in
 * the gateway's own values is a person's word, and wins.
 */
export function withServedGateway(plan: MeshPlan, deployed: readonly DeployedRelease[]): MeshPlan {
  const { settings, mesh } = plan;
  const { revision, gateway: asked } = settings.istio;
  const gateway = partReleaseName("gateway", asked.releaseName);
  const stays =
    revision !== undefined && servedRevision(settings) !== revision && asked.values["revision"] === undefined;
  if (!stays || plan.releases.every(({ name }) => name !== gateway)) return plan;
  const known = deployed.find(({ name }) => name === gateway);
  const serving = deployed.find((one) => one.chart === "istiod" && one.revision === undefined);
  const version = known?.version ?? serving?.version ?? settings.istio.version;
  const keep = (one: ReleasePlan): ReleasePlan => {
    if (one.name !== gateway) return one;
    const values = Object.entries(one.values).filter(([key]) => key !== "revision");
    const kept = known?.revision === undefined ? [] : [["revision", known.revision] as const];
    const repositories = istioRepositories(settings, version);
    return { ...one, version, repositories, values: Object.fromEntries([...values, ...kept]) };
  };
  return {
    ...plan,
    mesh: { ...mesh, proxies: mesh.proxies.map(keep) },
    releases: plan.releases.map(keep),
    staying: [gateway],
  };
}
