import * as pulumi from "@pulumi/pulumi";
import { whenUpRuns } from "../mesh/faults/allObjects";
import { faultsOf, type Drill } from "../mesh/faults/drill";
import { faultName } from "../mesh/faults/fault";
import type { MeshContext } from "./context";
import { ClientRestart } from "./gates/clientRestart";
import { FaultGate } from "./gates/faultGate";
import type { StackState } from "./state/stackState";

/** Where faults are injected, and after what. */
export interface FaultContext extends MeshContext {
  /** The provider that the gates run in. */
  readonly gateHost: pulumi.ProviderResource;
  readonly before: StackState;
}

/**
 * The settings' faults. `ended` or `expired`: their gate remembers that they were active.
 */
export class FaultInjection extends pulumi.ComponentResource {
  /** Names of the active faults: in a preview those that are going to be, after an update those that the gate has made. */
  public readonly active: readonly string[] | pulumi.Output<readonly string[]>;

  constructor(name: string, drill: Drill, context: FaultContext, opts?: pulumi.ComponentResourceOptions) {
    super("jam-istio:components:FaultInjection", name, {}, opts);
    const { plan, gateHost, before, after, gate: upgradeGate } = context;
    const { faults, restartClients } = plan.settings.faultInjection;
    const dependsOn = [upgradeGate, ...after];
    const gate = new FaultGate("fault-gate", plan, { drill, before }, { parent: this, provider: gateHost, dependsOn });
    const start = gate.start.apply((time) => time ?? whenUpRuns);
    if (drill.state === "on" && restartClients)
      new ClientRestart("client-restart", plan.settings, start, {
        parent: this,
        provider: gateHost,
        dependsOn: [gate],
      });
    const wanted = drill.state === "on" ? faults : [];
    this.active = pulumi.runtime.isDryRun()
      ? wanted.map(faultName)
      : gate.active.apply((made) => faultsOf(plan, made ?? []).map(faultName));
    this.registerOutputs();
  }
}
