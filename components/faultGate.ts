import * as pulumi from "@pulumi/pulumi";
import { isHelper } from "../mesh/faults/parts";
import { defaultRevision } from "../mesh/planes";
import { whenUpRuns } from "../mesh/faults/all";
import { drillObjects, drillOf } from "../mesh/faults/drill";
import { hostsOf } from "../mesh/faults/objects";
import { targetVersion } from "../mesh/serving";
import { releasePlans } from "../mesh/values";
import type { Settings } from "../settings";
import { dynamicCode } from "./dynamicCode";
import type { FaultGateInputs } from "./faultGateProvider";
import { rolloutTask } from "./sidecarRollout";
import type { StackState } from "./stackState";

function faultGateInputs(
  settings: Settings,
  state: FaultGateInputs["state"],
  { recorded }: StackState,
): Omit<FaultGateInputs, "start" | "comes"> {
  const { kubernetes, namespace, layout, istio, faultInjection } = settings;
  return {
    kubernetes,
    state,
    drill: drillOf(settings),
    namespace,
    layout,
    targets: faultInjection.faults.map((fault) => ({ fault, hosts: hostsOf(fault, settings) })),
    expires: faultInjection.expires,
    helpers: drillObjects(settings, { start: whenUpRuns }).filter(isHelper),
    version: istio.version,
    target: targetVersion(settings),
    revision: istio.revision,
    recorded: recorded?.revision === (istio.revision ?? defaultRevision) ? recorded.version : undefined,
    controlPlane: istio.controlPlane,
    releases: istio.controlPlane === "managed" ? releasePlans(settings).map(({ name }) => name) : [],
    rollout: rolloutTask(settings),
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
    { state, before }: { readonly state: FaultGateInputs["state"]; readonly before: StackState },
    opts: pulumi.CustomResourceOptions,
  ) {
    const inputs = { ...faultGateInputs(settings, state, before), comes: undefined, start: undefined };
    const type = "pulumi-nodejs:dynamic/jam-istio:FaultGate";
    super(type, name, { __provider: dynamicCode("faultGateProvider.ts"), ...inputs }, opts);
  }
}
