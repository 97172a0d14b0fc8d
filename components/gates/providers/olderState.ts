import { nothingToDo, type GateDesired, type GateOutputs, type GateRemembered, type Repaired } from "./gateState";

/** What the gate of an older program left: everything on one level, under other names. */
interface Flat extends GateDesired, GateRemembered {
  readonly kubernetes: GateOutputs["kubernetes"];
  readonly cluster?: string;
  readonly healed?: Repaired;
  readonly planeRelease: string;
}

/** The gate's memory as this program reads it, also where a program up to November 2026 wrote it. */
export function memoryOf(state: Partial<GateOutputs>): Partial<GateOutputs> {
  if (state.desired !== undefined || !("stack" in state)) return state;
  const { kubernetes, cluster, healed = {}, planeRelease, ...flat } = state as unknown as Flat;
  const desired = { ...flat, controlPlaneRelease: planeRelease };
  return {
    kubernetes,
    desired,
    remembered: flat,
    repaired: healed,
    actions: nothingToDo(cluster),
  };
}
