import * as pulumi from "@pulumi/pulumi";
import { drillOf } from "../mesh/faults/drill";
import type { Settings } from "../settings";
import type { ClientRestartInputs } from "./clientRestartProvider";
import { dynamicCode } from "./dynamicCode";

/** Restarts the workloads that the faults are for, once these are in; waits for none of them. Deleting it restarts nothing. */
export class ClientRestart extends pulumi.CustomResource {
  constructor(name: string, settings: Settings, opts: pulumi.CustomResourceOptions) {
    const { kubernetes, namespace, faultInjection } = settings;
    const inputs: ClientRestartInputs = {
      kubernetes,
      namespace,
      drill: drillOf(settings),
      callers: faultInjection.faults.map(({ sourceLabels = {} }) => sourceLabels),
    };
    const type = "pulumi-nodejs:dynamic/jam-istio:ClientRestart";
    super(type, name, { __provider: dynamicCode("clientRestartProvider.ts"), ...inputs }, opts);
  }
}
