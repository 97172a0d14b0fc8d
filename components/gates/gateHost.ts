import * as pulumi from "@pulumi/pulumi";
import { setTimeout } from "node:timers/promises";

/**
 * The process that the gate runs in: Pulumi's provider of dynamic resources, a provider of its own. The default one
 * would be started when the gate is registered, later by half a second, and would be handed the stack's whole config.
 */
export class GateHost extends pulumi.ProviderResource {
  constructor() {
    super("pulumi-nodejs", "gate-host", {});
  }

  /** Returns after long enough, as a rule, for the request to leave: modules that load after that do not hold it back. */
  public static async start(): Promise<GateHost> {
    const host = new GateHost();
    await setTimeout(20);
    return host;
  }
}
