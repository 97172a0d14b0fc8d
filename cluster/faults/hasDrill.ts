import { faultAnnotations } from "../../mesh/faults/faultObjects";
import { unlessInternal } from "../client/errors";
import { connect, type ClusterAddress } from "../client/kubernetesClient";
import { readFaultObjects } from "./faultObjects";

/** Whether anything of a drill is in the cluster, as a run leaves it that was broken off; not where that cannot be seen. */
export async function hasDrill(asked: {
  readonly kubernetes: ClusterAddress;
  readonly namespace: string;
  readonly drill: string;
}): Promise<boolean> {
  const { found } = await connect(asked.kubernetes)
    .then((cluster) => readFaultObjects(cluster, asked.namespace))
    .catch((error: unknown) => {
      unlessInternal(error);
      return { found: [] };
    });
  return found.some(({ annotations = {} }) => annotations[faultAnnotations.drill] === asked.drill);
}
