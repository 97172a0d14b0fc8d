import * as pulumi from "@pulumi/pulumi";
import { faultObjectsOf } from "../../mesh/faults/allObjects";
import { keyOf, restOf, type Drill } from "../../mesh/faults/drill";
import { effectiveHub } from "../../mesh/install/helmReleases";
import { allParts, partReleaseNames, type PartReleases } from "../../mesh/istio/names";
import type { MeshPlan } from "../../mesh/meshPlan";
import { switchesOf } from "../../mesh/upgradeNotes/gateStep";
import { ownerMark } from "../../mesh/upgrade/helmHistory";
import { gateType } from "../../mesh/upgrade/stateTypes";
import { recordedVersion, type StackState } from "../state/stackState";
import { dynamicCode } from "./dynamicCode";
import type { GateDesired, GateInputs, GateRemembered, Repaired } from "./providers/gateState";
import { rolloutTask } from "./sidecarRollout";

/** What the settings ask for. */
function desired(plan: MeshPlan, drill: Drill): GateDesired {
  const { settings, mesh, releases, targetVersion: target } = plan;
  const { stack, namespace, layout, istio, injection, production } = settings;
  const { version, revision, controlPlane, allow, timeoutSeconds } = istio;
  const hub = controlPlane === "managed" ? effectiveHub(mesh.controlPlane) : undefined;
  const switches = switchesOf(mesh.controlPlane.values);
  return {
    ...{ stack, namespace, layout, production, injection },
    ...{ version, target, revision, controlPlane, allow, timeoutSeconds },
    ...(hub === undefined ? {} : { hub }),
    ...(Object.keys(switches).length === 0 ? {} : { switches }),
    releases: releases.map(({ name }) => name),
    ...(plan.staying === undefined ? {} : { staying: plan.staying }),
    controlPlaneRelease: mesh.controlPlane.name,
    ...partReleasesOf(settings),
    rollout: rolloutTask(plan),
    rest: restOf(settings),
    faults: desiredFaults(plan, drill),
  };
}

/** Names of parts' releases that are not the usual ones; where none is, the state says nothing of them. */
function partReleasesOf({ istio }: MeshPlan["settings"]): Pick<GateDesired, "partReleases"> {
  const named = allParts.flatMap((part) => {
    const { enabled, releaseName } = istio[part];
    return enabled && releaseName !== undefined && releaseName !== partReleaseNames[part] ? [[part, releaseName]] : [];
  });
  return named.length === 0 ? {} : { partReleases: Object.fromEntries(named) as PartReleases };
}

function desiredFaults(plan: MeshPlan, { state }: Drill): GateDesired["faults"] {
  const isOn = state === "on";
  return {
    wanted: isOn ? plan.settings.faultInjection.faults.map((fault) => JSON.stringify(fault)) : [],
    objects: isOn ? faultObjectsOf(plan).map(keyOf) : [],
    off: state === "off",
  };
}

/** What the stack's state knows. */
function remembered({ settings }: MeshPlan, state: StackState): GateRemembered {
  return {
    known: state.releases.map(({ name, revision }) => ({ name, revision })),
    recorded: recordedVersion(state, settings.istio.revision),
  };
}

/**
 * The resource before all others. Its check runs in the preview: it reads the cluster, refuses what cannot work, says what an
 * upgrade will do, and names what an interrupted run or a person left broken; `up` repairs it.
 */
export class UpgradeGate extends pulumi.CustomResource {
  /** When each release was last repaired, by its name. */
  declare public readonly repaired: pulumi.Output<Repaired>;

  constructor(
    name: string,
    plan: MeshPlan,
    { state, drill }: { readonly state: StackState; readonly drill: Drill },
    opts: pulumi.CustomResourceOptions,
  ) {
    const inputs: Omit<GateInputs, "actions"> = {
      kubernetes: plan.settings.kubernetes,
      desired: desired(plan, drill),
      remembered: remembered(plan, state),
    };
    // What the gate itself adds is named, or the SDK would not make outputs of it.
    const added = { actions: undefined, repaired: undefined, missing: undefined };
    super(gateType, name, { __provider: dynamicCode("upgradeGate"), ...inputs, ...added }, opts);
  }

  /** Description of a release: names its owner, and changes when it was repaired, so that Helm applies it once more. */
  public descriptionOf(release: string, stack: string): pulumi.Output<string> {
    return this.repaired.apply((repaired) => {
      const when = (repaired as Repaired | undefined)?.[release];
      return when === undefined ? ownerMark(stack) : `${ownerMark(stack)} repaired ${when}`;
    });
  }
}
