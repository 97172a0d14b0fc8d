import { optional, unlessInternal } from "../../cluster/client/errors";
import { bounded, type Cluster } from "../../cluster/client/kubernetesClient";
import { systemNamespace as name } from "../../mesh/istio/names";
import type { MeshPlan } from "../../mesh/meshPlan";
import type { StackState } from "./stackState";

/**
 * Whether istio-system was there before the stack: its `destroy` spares it then. The state has the answer of the first run, in
 * which the cluster is asked; where that gives none the gate refuses.
 */
export async function keepsSystemNamespace(
  { settings }: MeshPlan,
  state: StackState,
  connected: () => Promise<Cluster>,
): Promise<boolean> {
  if (settings.istio.controlPlane !== "managed") return false;
  if (state.systemNamespace !== undefined) return state.systemNamespace === "found";
  const asked = connected().then(({ core }) => optional(core.readNamespace({ name })));
  const found = await bounded("the Kubernetes API", 30, asked).catch((error: unknown) => {
    unlessInternal(error);
    return undefined;
  });
  return found !== undefined;
}
