import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { MeshPlan } from "../mesh/meshPlan";
import type { UpgradeGate } from "./gates/upgradeGate";

/** What every component of a stack is made from. */
export interface MeshContext {
  readonly plan: MeshPlan;
  /** The stack's one provider: no object of the mesh comes from a default provider. */
  readonly provider: kubernetes.Provider;
  readonly gate: UpgradeGate;
  /** Resources that have to be there first, concrete ones: a component without children orders nothing. */
  readonly after: readonly pulumi.Resource[];
}
