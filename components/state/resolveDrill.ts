import { unlessInternal } from "../../cluster/client/errors";
import { bounded, connect } from "../../cluster/client/kubernetesClient";
import { readMark } from "../../cluster/faults/endedByHand";
import { faultParts } from "../../cluster/faults/faultObjects";
import { drillNow, type Drill } from "../../mesh/faults/drill";
import { isActing } from "../../mesh/faults/faultObjects";
import type { Settings } from "../../settings/types";
import type { StackState } from "./stackState";

async function ask({ kubernetes, namespace }: Settings) {
  const cluster = await connect(kubernetes);
  const [ended, parts] = await Promise.all([readMark(cluster, namespace), faultParts(cluster, namespace)]);
  return { ended, inCluster: parts.filter(isActing).map(({ key }) => key) };
}

/**
 * The settings' drill at this moment; asks the cluster what of it is in and whether a person ended it. Where the cluster cannot be
 * asked the faults' gate refuses.
 */
export async function currentDrill(settings: Settings, { faultParts: parts, faultsStood }: StackState): Promise<Drill> {
  const known = { inState: parts.filter((key) => key.startsWith("VirtualService/")), stood: faultsStood };
  if (drillNow(settings, known).state === "off") return drillNow(settings, known);
  const found = await bounded("the Kubernetes API", 30, ask(settings)).catch((error: unknown) => {
    unlessInternal(error);
    return {};
  });
  return drillNow(settings, { ...known, ...found });
}
