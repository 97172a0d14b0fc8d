import * as pulumi from "@pulumi/pulumi";
import { faultObjectsOf } from "../../mesh/faults/allObjects";
import { keyOf, restOf, type Drill } from "../../mesh/faults/drill";
import { controlPlaneRelease, releasePlans } from "../../mesh/install/helmReleases";
import { effectiveHub } from "../../mesh/istio/registries";
import { targetVersion } from "../../mesh/rollout/servingControlPlane";
import { ownerMark } from "../../mesh/upgrade/helmHistory";
import type { Settings } from "../../settings/types";
import { recordedVersion, type StackState } from "../state/stackState";
import { dynamicCode } from "./dynamicCode";
import type { GateInputs, Healed } from "./providers/upgradeGate";
import { rolloutTask } from "./sidecarRollout";

function gateInputs(settings: Settings, state: StackState, drill: Drill): Omit<GateInputs, "resumed" | "cluster"> {
  const { kubernetes, stack, namespace, layout, istio, injection, production } = settings;
  const hub = istio.controlPlane === "managed" ? effectiveHub(settings) : undefined;
  const plans = istio.controlPlane === "managed" ? releasePlans(settings) : [];
  return {
    kubernetes,
    stack,
    namespace,
    layout,
    production,
    injection,
    version: istio.version,
    revision: istio.revision,
    controlPlane: istio.controlPlane,
    releaseName: istio.releaseName,
    allow: istio.allow,
    releases: plans.map(({ name }) => name),
    planeRelease: controlPlaneRelease(settings).name,
    ...(hub === undefined ? {} : { hub }),
    timeoutSeconds: istio.timeoutSeconds,
    rollout: rolloutTask(settings),
    known: state.releases.map(({ name, revision }) => ({ name, revision })),
    target: targetVersion(settings),
    ...faultInputs(settings, drill, state),
    recorded: recordedVersion(state, istio.revision),
  };
}

/** What the gate ends faults by. */
function faultInputs(
  settings: Settings,
  { state, turn }: Drill,
  { faultParts: known }: StackState,
): Pick<GateInputs, "rest" | "faults"> {
  const wanted = state === "on" ? settings.faultInjection.faults.map((fault) => JSON.stringify(fault)) : [];
  const objects = state === "on" ? faultObjectsOf(settings, { turn }).map(keyOf) : [];
  return { rest: restOf(settings), faults: { wanted, objects, known, off: state === "off" } };
}

/**
 * The resource before all others. Its check runs in the preview: it reads the cluster, refuses what cannot work, says what an
 * upgrade will do, and names what an interrupted run or a person left broken; `up` heals it.
 */
export class UpgradeGate extends pulumi.CustomResource {
  /** When each release was last healed, by its name. */
  declare public readonly healed: pulumi.Output<Healed>;

  constructor(
    name: string,
    settings: Settings,
    { state, drill }: { readonly state: StackState; readonly drill: Drill },
    opts: pulumi.CustomResourceOptions,
  ) {
    const filled = {
      heal: undefined,
      adopt: undefined,
      ending: undefined,
      forget: undefined,
      healed: undefined,
      missing: undefined,
    };
    const inputs = { ...gateInputs(settings, state, drill), ...filled };
    const type = "pulumi-nodejs:dynamic/jam-istio:UpgradeGate";
    super(type, name, { __provider: dynamicCode("upgradeGate"), ...inputs }, opts);
  }

  /** Description of a release: names its owner, and changes when it was healed, so that Helm applies it once more. */
  public descriptionOf(release: string, stack: string): pulumi.Output<string> {
    return this.healed.apply((healed) => {
      const when = (healed as Healed | undefined)?.[release];
      return when === undefined ? ownerMark(stack) : `${ownerMark(stack)} healed ${when}`;
    });
  }
}
