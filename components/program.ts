import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { drillNow, type Drill } from "../mesh/faults/drill";
import { crdRelease, type ReleasePlan } from "../mesh/install/helmReleases";
import { kialiSecretName } from "../mesh/istio/names";
import type { MeshPlan } from "../mesh/meshPlan";
import type { DataPlane } from "../mesh/rollout/plan";
import type { Settings } from "../settings/types";
import { AddonRelease } from "./addonRelease";
import type { MeshContext } from "./context";
import { ExternalServices } from "./externalServices";
import { FaultInjection } from "./faultInjection";
import { MeshRemoval } from "./gates/meshRemoval";
import { SidecarRollout } from "./gates/sidecarRollout";
import { UpgradeGate } from "./gates/upgradeGate";
import { InstanceNamespace } from "./instanceNamespace";
import { Istio } from "./istio";
import { IstioInit } from "./istioInit";
import { KialiSecret } from "./kialiSecret";
import { emptyState, revisionOf, type StackState, type StateRelease } from "./state/stackState";

export { provideCharts } from "../charts/provide";
export { withServedGateway } from "../mesh/install/canaryGateway";
export { meshPlan } from "../mesh/meshPlan";
export { neededCharts } from "./state/neededCharts";
export { resolveDrill } from "./state/resolveDrill";
export { retainedControlPlanes } from "./state/retainedControlPlanes";
export { deployedReleases } from "./state/stackState";
export { keepsSystemNamespace } from "./state/systemNamespace";

/** Outputs of a stack; the names are public. */
export interface Outputs {
  readonly meshVersion: string;
  readonly namespace: string;
  readonly serviceEntries: readonly string[];
  readonly kiali?: { readonly secretName: string; readonly username?: string };
  /** Secret; classic layout only. */
  readonly kialiPassphrase?: pulumi.Output<string>;
  readonly activeFaults: readonly string[] | pulumi.Output<readonly string[]>;
  /** What ran when the last update ended. */
  readonly dataPlane: pulumi.Output<DataPlane>;
}

/** What a stack was before this run. */
export interface Before {
  readonly state: StackState;
  /** Control planes that the settings name no more and that proxies still use. */
  readonly kept: readonly StateRelease[];
  /** The settings' faults at this moment. */
  readonly drill: Drill;
  /** Whether namespace istio-system was there before the stack, and stays when that is destroyed. */
  readonly keepsSystem?: boolean;
}

function addProvider(settings: Settings): kubernetes.Provider {
  const { context, kubeconfig } = settings.kubernetes;
  return new kubernetes.Provider("kubernetes", {
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    // The stack is the cluster's identity: renaming a context must not replace everything.
    clusterIdentifier: settings.stack,
    // A new passphrase updates the Secret in place.
    enableSecretMutable: true,
  });
}

/** The control plane, in its order: what to wait for, and the passphrase. */
function addControlPlane(
  context: MeshContext,
  { kept, keepsSystem = false }: Pick<Before, "kept" | "keepsSystem">,
): {
  /** What waits for all of it. */
  readonly last: readonly pulumi.Resource[];
  readonly all: readonly pulumi.Resource[];
  readonly passphrase: pulumi.Output<string> | undefined;
} {
  const { settings, mesh } = context.plan;
  const { revision } = settings.istio;
  const hasDefault = revision === undefined || kept.some((one) => revisionOf(one) === undefined);
  const init = new IstioInit("istio-init", crdRelease(settings, hasDefault), keepsSystem, context);
  const kiali = settings.kiali.enabled ? new KialiSecret("kiali", { ...context, after: [init.release] }) : undefined;
  const chain: pulumi.Resource[] = [init.release];
  const add = (plan: ReleasePlan) => {
    chain.push(new AddonRelease(plan, { ...context, after: [...chain] }).release);
  };
  mesh.before.forEach(add);
  const after = [...chain, ...(kiali === undefined ? [] : [kiali.secret])];
  const istio = new Istio("istio", { ...context, after }, kept);
  chain.push(istio.release);
  mesh.after.forEach(add);
  const withIstio = { ...context, after: [istio.release] };
  const console = mesh.kiali === undefined ? [] : [new AddonRelease(mesh.kiali, withIstio).release];
  // Each of the chain waits for those before it.
  const beside = [...console, ...istio.kept];
  return { last: [...chain.slice(-1), ...beside], all: [...chain, ...beside], passphrase: kiali?.passphrase };
}

/** The releases that are proxies, each after the one before: a rollout that finds the control plane unfit keeps them old. */
function addProxies(context: MeshContext, before: readonly pulumi.Resource[]): readonly pulumi.Resource[] {
  const added: pulumi.Resource[] = [];
  for (const plan of context.plan.mesh.proxies)
    added.push(new AddonRelease(plan, { ...context, after: [...before, ...added] }).release);
  return added;
}

/**
 * Registers everything a stack has, from its plan; returns its outputs.
 * @param gateHost the provider that the gate and the rollout run in
 * @param before what the stack was; of one that was never deployed, nothing
 */
export function deploy(
  plan: MeshPlan,
  gateHost: pulumi.ProviderResource,
  before: Before = { state: emptyState, kept: [], drill: drillNow(plan) },
): Outputs {
  const { settings } = plan;
  const { state, drill, keepsSystem = false } = before;
  const gate = new UpgradeGate("upgrade-gate", plan, { state, drill }, { provider: gateHost });
  const context: MeshContext = { plan, provider: addProvider(settings), gate, after: [] };
  const controlPlane = settings.istio.controlPlane === "managed" ? addControlPlane(context, before) : undefined;
  const namespace = new InstanceNamespace("namespace", context);
  const last = [namespace.namespace, ...(controlPlane?.last ?? [])];
  const external = new ExternalServices("external", { ...context, after: last });
  const after = [namespace.namespace, ...(controlPlane?.all ?? [])];
  const rollout = new SidecarRollout("sidecar-rollout", plan, {
    provider: gateHost,
    dependsOn: [gate, ...after, ...external.entries],
  });
  const proxies = controlPlane === undefined ? [] : addProxies(context, [...controlPlane.all, rollout]);
  // The entries, of which there may be hundreds, are what the rollout waits for. The others are named: where a destroy of a part takes
  // one alone, the engine orders by what is named.
  const ready = [...after, rollout, ...proxies];
  // A destroy begins with what waits for all of it.
  if (controlPlane !== undefined)
    new MeshRemoval("mesh-removal", plan, keepsSystem, { provider: gateHost, dependsOn: [gate, ...ready] });
  // After the rollout: with a database cut off no restarted pod may get ready.
  const faultContext = { ...context, gateHost, before: state, after: ready };
  const faults = drill.state === "off" ? undefined : new FaultInjection("faults", drill, faultContext);
  const hasKiali = settings.kiali.enabled && controlPlane !== undefined;
  const login = settings.layout === "classic" ? { username: settings.kiali.username } : {};
  return {
    meshVersion: settings.istio.version,
    namespace: settings.namespace,
    serviceEntries: external.names,
    ...(hasKiali ? { kiali: { secretName: kialiSecretName, ...login } } : {}),
    ...(controlPlane?.passphrase === undefined ? {} : { kialiPassphrase: controlPlane.passphrase }),
    activeFaults: faults?.active ?? [],
    dataPlane: rollout.dataPlane,
  };
}
