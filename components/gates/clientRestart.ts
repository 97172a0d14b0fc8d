import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../settings/types";
import { dynamicCode } from "./dynamicCode";
import type { ClientRestartInputs } from "./providers/clientRestart";

/** Restarts the workloads that the faults are for, once these are in; waits for none of them. Deleting it restarts nothing. */
export class ClientRestart extends pulumi.CustomResource {
  constructor(name: string, settings: Settings, start: pulumi.Output<string>, opts: pulumi.CustomResourceOptions) {
    const { kubernetes, namespace, faultInjection } = settings;
    const { faults } = faultInjection;
    const inputs: Record<keyof ClientRestartInputs, unknown> = { kubernetes, namespace, faults, start };
    const type = "pulumi-nodejs:dynamic/jam-istio:ClientRestart";
    super(type, name, { __provider: dynamicCode("clientRestart"), ...inputs }, opts);
  }
}
