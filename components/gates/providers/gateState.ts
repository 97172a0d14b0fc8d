import type { ClusterAddress } from "../../../cluster/client/kubernetesClient";
import type { FoundFaultObject, RunAim } from "../../../mesh/faults/endingFaults";
import type { DesiredMesh, RememberedMesh, Repair } from "../../../mesh/upgrade/gateTypes";
import type { JudgedRun } from "./judgeRun";

/** What the settings ask for. No secrets. */
export interface GateDesired
  extends DesiredMesh, RunAim, Pick<JudgedRun, "production" | "hub" | "switches" | "rollout"> {}

/** What the stack's state knows of earlier runs. */
export type GateRemembered = Omit<RememberedMesh, "resumed" | "asked">;

/** What the check found that the run is to do. */
export interface GateActions {
  /** Identity of the cluster that was judged. */
  readonly cluster?: string | undefined;
  readonly repairs: readonly Repair[];
  /** CRDs that get Helm's marks. */
  readonly adopt: readonly string[];
  /** Objects of faults that are removed. */
  readonly ending: readonly Pick<FoundFaultObject, "kind" | "name">[];
  /** Whether it is forgotten that faults were ended by hand. */
  readonly forget: boolean;
}

/** What there is to do in a cluster where nothing is. @param cluster its identity; absent where it may not be read */
export const nothingToDo = (cluster?: string): GateActions => ({
  ...clusterOf(cluster),
  ...{ repairs: [], adopt: [], ending: [], forget: false },
});

/** Absent where it may not be read: the engine takes no undefined from a provider. */
export const clusterOf = (cluster: string | undefined) => (cluster === undefined ? {} : { cluster });

/** What the gate is asked, with what its check found. */
export interface GateInputs {
  readonly kubernetes: ClusterAddress;
  readonly desired: GateDesired;
  readonly remembered: GateRemembered;
  /** Filled by the check. */
  readonly actions?: GateActions;
  /** Filled by the check, so that the preview knows which releases are applied once more. */
  readonly repaired?: Repaired;
}

/** When each release was last repaired, by its name. */
export type Repaired = Readonly<Record<string, string>>;

/** What the gate leaves in the state; the inputs stay with it: a refresh is handed that alone. */
export interface GateOutputs extends GateInputs {
  /** What a refresh found missing. */
  readonly missing?: readonly string[];
}
