import * as pulumi from "@pulumi/pulumi";
import { whenUpRuns } from "../../mesh/faults/allObjects";
import { drillObjects, drillOf, type Drill } from "../../mesh/faults/drill";
import { isHelper } from "../../mesh/faults/faultObjects";
import { faultsWanted } from "../../mesh/faults/judgeInputs";
import type { MeshPlan } from "../../mesh/meshPlan";
import { recordedVersion, type StackState } from "../state/stackState";
import { dynamicCode } from "./dynamicCode";
import type { FaultGateInputs } from "./providers/faultGate";

function faultGateInputs(
  plan: MeshPlan,
  { state, generation, inSync }: Drill,
  before: StackState,
): Omit<FaultGateInputs, "start" | "added"> {
  const { kubernetes, istio, faultInjection } = plan.settings;
  return {
    ...faultsWanted(plan, faultInjection.faults),
    kubernetes,
    state,
    inSync,
    drill: drillOf(plan, generation),
    expires: faultInjection.expires,
    helpers: drillObjects(plan, { start: whenUpRuns, generation }).filter(isHelper),
    recorded: recordedVersion(before, istio.revision),
  };
}

/**
 * The resource before the faults, there only while the settings have some: its check refuses in the preview what is not safe
 * to inject and says what breaks for whom; it asks again right before they are injected.
 */
export class FaultGate extends pulumi.CustomResource {
  /** When the drill began, ISO 8601; unknown where nothing was deployed yet. */
  declare public readonly start: pulumi.Output<string | undefined>;

  constructor(
    name: string,
    plan: MeshPlan,
    { drill, before }: { readonly drill: Drill; readonly before: StackState },
    opts: pulumi.CustomResourceOptions,
  ) {
    const inputs = { ...faultGateInputs(plan, drill, before), added: undefined, start: undefined };
    const type = "pulumi-nodejs:dynamic/jam-istio:FaultGate";
    super(type, name, { __provider: dynamicCode("faultGate"), ...inputs }, opts);
  }
}
