import { readMesh } from "../../cluster/adopt/readMesh";
import { readReleases, type ReadRelease } from "../../cluster/adopt/readReleases";
import { connect, type Cluster } from "../../cluster/client/kubernetesClient";
import type { FoundMesh, FoundRelease, RenderedPlan } from "../../mesh/adopt/found";
import { isHalfMade } from "../../mesh/adopt/halfMade";
import { asDeployed } from "../../mesh/adopt/given";
import { isHook, type AnyObject } from "../../mesh/adopt/objects";
import { planAdoption } from "../../mesh/adopt/plan";
import type { AdoptionPlan, Asked } from "../../mesh/adopt/types";
import { withServedGateway } from "../../mesh/install/canaryGateway";
import { meshPlan, type MeshPlan } from "../../mesh/meshPlan";
import { parseManifest } from "../../render/objects";
import { render } from "../../render/render";
import type { Settings } from "../../settings/types";
import { clusterError } from "../terminal/clusterError";
import { asUserError, UserError } from "../terminal/userError";

/** What is in a cluster, and what is planned for it. */
export interface Looked {
  readonly cluster: Cluster;
  readonly found: FoundMesh;
  readonly plan: AdoptionPlan;
  /** Objects that the stack itself makes: the namespaces, Secret kiali and the ServiceEntries. */
  readonly own: readonly AnyObject[];
}

/** The objects in a release's text; one that cannot be read has none. */
export const objectsOf = ({ manifest }: Pick<ReadRelease, "manifest">): readonly AnyObject[] =>
  (parseManifest(manifest) as readonly AnyObject[]).filter((one) => !isHook(one));

async function rendered(mesh: MeshPlan, kubernetes: string, say: (line: string) => void) {
  const charts = process.env["JAM_ISTIO_CHARTS"];
  const items = await render(mesh, charts, say, kubernetes).catch((error: unknown) => {
    throw asUserError(error);
  });
  const plans: RenderedPlan[] = [];
  const own: AnyObject[] = [];
  for (const item of items) {
    if (item.kind === "object") own.push(item.object);
    else if (item.release.objects === undefined)
      throw new UserError(`release ${item.release.plan.name} cannot be compared: ${item.release.missing ?? ""}`);
    else {
      const { name, chart, values } = item.release.plan;
      plans.push({ name, chart, values, objects: item.release.objects });
    }
  }
  return { plans, own };
}

/**
 * Looks at a mesh that somebody made by hand, and plans how a stack takes it over; changes nothing.
 * @param state of the stack: the releases that it has already, and those that a run began
 * @throws UserError where the cluster cannot be asked, or a chart cannot be had
 */
export async function lookAtMesh(
  settings: Settings,
  { known, begun }: Pick<Asked, "known" | "begun">,
  say: (line: string) => void,
): Promise<Looked> {
  const asked = meshPlan(settings);
  try {
    const cluster = await connect(settings.kubernetes);
    say("reading what runs");
    const [version, all] = await Promise.all([cluster.version.getCode(), readReleases(cluster)]);
    const planned = asked.releases.map(({ name }) => name);
    const halfMade = all.filter((one) => isHalfMade(one, { known, begun }, planned));
    const read = all.filter((one) => !halfMade.includes(one));
    // As the update will see them once they are in the state.
    const deployed = asDeployed(read.filter(({ name }) => planned.includes(name)));
    const mesh = withServedGateway(asked, deployed);
    const kubernetes = `${version.major}.${version.minor.replace(/\D/g, "")}.0`;
    const { plans, own } = await rendered(mesh, kubernetes, say);
    const releases: readonly FoundRelease[] = read.map((one) => ({ ...one, objects: objectsOf(one) }));
    say("comparing it with what the settings make");
    const { revision } = settings.istio;
    const found = await readMesh(cluster, { releases, plans, own, namespace: settings.namespace, revision });
    const ownLogin = (settings.kialiPassphrase ?? settings.kialiSigningKey) !== undefined;
    const plan = planAdoption(found, {
      settings,
      targetVersion: mesh.targetVersion,
      plans,
      own,
      known,
      begun,
      halfMade,
      ownLogin,
    });
    return { cluster, found, plan, own };
  } catch (error) {
    throw clusterError("the cluster cannot be read", error);
  }
}
