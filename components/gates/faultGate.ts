import * as pulumi from "@pulumi/pulumi";
import { faultObjectsOf } from "../../mesh/faults/allObjects";
import { drillOf, type Drill } from "../../mesh/faults/drill";
import { faultsWanted } from "../../mesh/faults/judgeInputs";
import type { MeshPlan } from "../../mesh/meshPlan";
import { recordedVersion, type StackState } from "../state/stackState";
import { dynamicCode } from "./dynamicCode";
import type { FaultGateInputs } from "./providers/faultGate";

function faultGateInputs(
  plan: MeshPlan,
  { state, inSync }: Drill,
  before: StackState,
): Omit<FaultGateInputs, "start" | "added" | "missing"> {
  const { kubernetes, istio, faultInjection } = plan.settings;
  return {
    ...faultsWanted(plan, faultInjection.faults),
    kubernetes,
    state,
    inSync,
    drill: drillOf(plan),
    expires: faultInjection.expires,
    objects: state === "on" ? faultObjectsOf(plan) : [],
    recorded: recordedVersion(before, istio.revision),
  };
}

/**
 * The settings' faults, there only while the settings have some: its check refuses in the preview what is not safe to inject and
 * says what breaks for whom; it asks again right before it injects them. Their objects are its own, none of Pulumi's: a fault
 * that is gone, or there already, holds nothing up. That they go first of all is the upgrade gate's.
 */
export class FaultGate extends pulumi.CustomResource {
  /** When the drill began, ISO 8601; unknown where nothing was deployed yet. */
  declare public readonly start: pulumi.Output<string | undefined>;
  /** Keys of the VirtualServices that it left active; unknown where nothing was deployed yet. */
  declare public readonly active: pulumi.Output<readonly string[] | undefined>;

  constructor(
    name: string,
    plan: MeshPlan,
    { drill, before }: { readonly drill: Drill; readonly before: StackState },
    opts: pulumi.CustomResourceOptions,
  ) {
    // What the gate itself adds is named, or the SDK would not make outputs of it.
    const added = { added: undefined, missing: undefined, start: undefined, active: undefined };
    const inputs = { ...faultGateInputs(plan, drill, before), ...added };
    const type = "pulumi-nodejs:dynamic/jam-istio:FaultGate";
    super(type, name, { __provider: dynamicCode("faultGate"), ...inputs }, opts);
  }
}
