import { unlessInternal } from "../../cluster/client/errors";
import { bounded, type Cluster } from "../../cluster/client/kubernetesClient";
import { readEndedDrills } from "../../cluster/faults/endedByHand";
import { readFaultObjects } from "../../cluster/faults/faultObjects";
import { drillNow, type Drill } from "../../mesh/faults/drill";
import { isActing } from "../../mesh/faults/faultObjects";
import type { MeshPlan } from "../../mesh/meshPlan";
import type { StackState } from "./stackState";

async function ask(cluster: Cluster, namespace: string) {
  const [ended, { found }] = await Promise.all([
    readEndedDrills(cluster, namespace),
    readFaultObjects(cluster, namespace),
  ]);
  return { ended, inCluster: found.filter(isActing).map(({ key }) => key) };
}

/**
 * The settings' drill at this moment; asks the cluster which faults are active and whether a person ended them. Where the
 * cluster cannot be asked the faults' gate refuses.
 */
export async function resolveDrill(
  plan: MeshPlan,
  { activeFaults: active }: StackState,
  connected: () => Promise<Cluster>,
): Promise<Drill> {
  const unasked = drillNow(plan, { active });
  if (unasked.state === "off") return unasked;
  const asked = connected().then((cluster) => ask(cluster, plan.settings.namespace));
  const found = await bounded("the Kubernetes API", 30, asked).catch((error: unknown) => {
    unlessInternal(error);
    return {};
  });
  return drillNow(plan, { active, ...found });
}
