import { readMark } from "../cluster/faultMark";
import { bounded, connect } from "../cluster/kubernetes";
import { drillState, type DrillState } from "../mesh/faults/drill";
import type { Settings } from "../settings";

/**
 * Whether the settings' faults are in at this moment; asks the cluster whether a person ended them. Where it cannot be asked the
 * faults' gate refuses.
 */
export async function currentDrill(settings: Settings): Promise<DrillState> {
  const unasked = drillState(settings);
  if (unasked === "off") return unasked;
  const mark = async () => readMark(await connect(settings.kubernetes), settings.namespace);
  const ended = await bounded("the Kubernetes API", 30, mark()).catch(() => []);
  return drillState(settings, { ended });
}
