import * as pulumi from "@pulumi/pulumi";
import { whenUpRuns } from "../../mesh/faults/allObjects";
import { drillObjects, drillOf, type Drill } from "../../mesh/faults/drill";
import { isHelper } from "../../mesh/faults/faultObjects";
import { faultsWanted } from "../../mesh/faults/judgeInputs";
import type { Settings } from "../../settings/types";
import { recordedVersion, type StackState } from "../state/stackState";
import { dynamicCode } from "./dynamicCode";
import type { FaultGateInputs } from "./providers/faultGate";

function faultGateInputs(
  settings: Settings,
  { state, turn, live }: Drill,
  before: StackState,
): Omit<FaultGateInputs, "start" | "comes"> {
  const { kubernetes, istio, faultInjection } = settings;
  return {
    ...faultsWanted(settings, faultInjection.faults),
    kubernetes,
    state,
    live,
    drill: drillOf(settings, turn),
    expires: faultInjection.expires,
    helpers: drillObjects(settings, { start: whenUpRuns, turn }).filter(isHelper),
    recorded: recordedVersion(before, istio.revision),
  };
}

/**
 * The resource before the faults, there only while the settings have some: its check refuses in the preview what is not safe
 * to put in and says what breaks for whom; it asks again right before they are put in.
 */
export class FaultGate extends pulumi.CustomResource {
  /** When the drill began, ISO 8601; unknown where nothing was deployed yet. */
  declare public readonly start: pulumi.Output<string | undefined>;

  constructor(
    name: string,
    settings: Settings,
    { drill, before }: { readonly drill: Drill; readonly before: StackState },
    opts: pulumi.CustomResourceOptions,
  ) {
    const inputs = { ...faultGateInputs(settings, drill, before), comes: undefined, start: undefined };
    const type = "pulumi-nodejs:dynamic/jam-istio:FaultGate";
    super(type, name, { __provider: dynamicCode("faultGate"), ...inputs }, opts);
  }
}
