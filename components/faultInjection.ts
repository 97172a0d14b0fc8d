import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { faultObjectsOf, whenUpRuns } from "../mesh/faults/all";
import type { DrillState } from "../mesh/faults/drill";
import { faultName } from "../mesh/faults/fault";
import { marksOf, type FaultObject } from "../mesh/faults/parts";
import { ClientRestart } from "./clientRestart";
import type { MeshContext } from "./context";
import { FaultGate } from "./faultGate";
import type { StackState } from "./stackState";

/** Where faults are made, and after what. */
export interface FaultContext extends MeshContext {
  /** The provider that the gates run in. */
  readonly gateHost: pulumi.ProviderResource;
  readonly before: StackState;
}

/** Pulumi's types of the kinds that are none of Istio's. */
const types: Readonly<Record<string, string>> = {
  Service: "kubernetes:core/v1:Service",
  ServiceAccount: "kubernetes:core/v1:ServiceAccount",
  Role: "kubernetes:rbac.authorization.k8s.io/v1:Role",
  RoleBinding: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  Job: "kubernetes:batch/v1:Job",
};

/** An object of a kind that Pulumi has a class for; the class would want each kind's own arguments. */
class PlainObject extends pulumi.CustomResource {}

function add(object: FaultObject, start: pulumi.Input<string>, opts: pulumi.CustomResourceOptions) {
  const { kind, metadata } = object;
  const begins = marksOf.start in metadata.annotations ? { [marksOf.start]: start } : {};
  const args = { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...begins } } };
  const type = types[kind];
  return type === undefined
    ? new kubernetes.apiextensions.CustomResource(`${metadata.name}-${kind.toLowerCase()}`, args, opts)
    : new PlainObject(type, `${metadata.name}-${kind.toLowerCase()}`, args, opts);
}

/**
 * The settings' faults. `ended` or `expired`: their gate alone, which remembers that they were in.
 */
export class FaultInjection extends pulumi.ComponentResource {
  /** Names of the faults that are in. */
  public readonly active: readonly string[];

  constructor(
    name: string,
    state: Exclude<DrillState, "off">,
    context: FaultContext,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("jam-istio:components:FaultInjection", name, {}, opts);
    const { settings, gateHost, before, provider, after, gate: upgradeGate } = context;
    const dependsOn = [upgradeGate, ...after];
    const gate = new FaultGate(
      "fault-gate",
      settings,
      { state, before },
      { parent: this, provider: gateHost, dependsOn },
    );
    const start = gate.start.apply((time) => time ?? whenUpRuns);
    const made: pulumi.Resource[] = [gate];
    for (const object of state === "on" ? faultObjectsOf(settings) : [])
      // One after the other, what is led to before what leads there: taken out in the reverse order.
      made.push(add(object, start, { parent: this, provider, dependsOn: [...made] }));
    if (state === "on" && settings.faultInjection.restartClients)
      new ClientRestart("client-restart", settings, { parent: this, provider: gateHost, dependsOn: made });
    this.active = state === "on" ? settings.faultInjection.faults.map(faultName) : [];
    this.registerOutputs();
  }
}
