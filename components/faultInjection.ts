import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { faultObjectsOf, whenUpRuns } from "../mesh/faults/allObjects";
import type { Drill } from "../mesh/faults/drill";
import { faultName } from "../mesh/faults/fault";
import { faultAnnotations, isHelper, type FaultObject } from "../mesh/faults/faultObjects";
import type { MeshContext } from "./context";
import { ClientRestart } from "./gates/clientRestart";
import { FaultGate } from "./gates/faultGate";
import type { StackState } from "./state/stackState";

/** Where faults are made, and after what. */
export interface FaultContext extends MeshContext {
  /** The provider that the gates run in. */
  readonly gateHost: pulumi.ProviderResource;
  readonly before: StackState;
}

/** Pulumi's types of the kinds that are none of Istio's. */
const types: Readonly<Record<string, string>> = {
  ServiceAccount: "kubernetes:core/v1:ServiceAccount",
  Role: "kubernetes:rbac.authorization.k8s.io/v1:Role",
  RoleBinding: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  Job: "kubernetes:batch/v1:Job",
};

/** An object of a kind that Pulumi has a class for; the class would want each kind's own arguments. */
class PlainObject extends pulumi.CustomResource {}

function add(object: FaultObject, start: pulumi.Input<string>, opts: pulumi.CustomResourceOptions) {
  const { kind, metadata } = object;
  const annotations = { ...metadata.annotations, [faultAnnotations.start]: start };
  const args = { ...object, metadata: { ...metadata, annotations } };
  const type = types[kind];
  return type === undefined
    ? new kubernetes.apiextensions.CustomResource(metadata.name, args, opts)
    : new PlainObject(type, metadata.name, args, opts);
}

/**
 * The settings' faults. `ended` or `expired`: their gate alone, which remembers that they were in.
 */
export class FaultInjection extends pulumi.ComponentResource {
  /** Names of the faults that are active. */
  public readonly active: readonly string[];

  constructor(name: string, drill: Drill, context: FaultContext, opts?: pulumi.ComponentResourceOptions) {
    super("jam-istio:components:FaultInjection", name, {}, opts);
    const { plan, gateHost, before, provider, after, gate: upgradeGate } = context;
    const dependsOn = [upgradeGate, ...after];
    const gate = new FaultGate("fault-gate", plan, { drill, before }, { parent: this, provider: gateHost, dependsOn });
    const start = gate.start.apply((time) => time ?? whenUpRuns);
    const made: pulumi.Resource[] = [gate];
    // What they lead to is the gate's.
    for (const object of drill.state === "on"
      ? faultObjectsOf(plan, { generation: drill.generation }).filter((one) => !isHelper(one))
      : [])
      made.push(add(object, start, { parent: this, provider, dependsOn: [...made] }));
    if (drill.state === "on" && plan.settings.faultInjection.restartClients)
      new ClientRestart("client-restart", plan.settings, start, { parent: this, provider: gateHost, dependsOn: made });
    this.active = drill.state === "on" ? plan.settings.faultInjection.faults.map(faultName) : [];
    this.registerOutputs();
  }
}
