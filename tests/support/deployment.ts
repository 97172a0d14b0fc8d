import * as pulumi from "@pulumi/pulumi";
import { GateHost } from "../../components/gates/gateHost";
import { deploy, meshPlan, type Outputs } from "../../components/program";
import { readStackState, type StateRelease } from "../../components/state/stackState";
import { drillNow } from "../../mesh/faults/drill";
import { completeMocks } from "../../render/record";
import type { Settings } from "../../settings/types";

/** What the stand-in for the providers says. */
export interface Providers {
  /** What the gate repaired, by release. */
  readonly repaired?: Readonly<Record<string, string>>;
  /** How often the state is only half written when it is asked for. */
  readonly unreadable?: number;
  /** Control planes of the state that stay. */
  readonly kept?: readonly StateRelease[];
  /** Whether istio-system was there before the stack. */
  readonly keepsSystem?: boolean;
  /** Result of a RandomPassword. */
  readonly password?: string;
  /** The state before this run, as the engine hands it over. */
  readonly state?: Readonly<Record<string, unknown>>;
}

/** What one resource was registered with, secrets as the SDK wraps them. */
export interface Seen {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Runs the program as `up` would: unlike `record`, providers answer, and nothing is masked. */
export async function deployed(
  settings: Settings,
  providers: Providers = {},
): Promise<{ readonly seen: readonly Seen[]; readonly outputs: Outputs }> {
  const seen: Seen[] = [];
  const newResource = ({ type, name, inputs }: pulumi.runtime.MockResourceArgs) => {
    const given = inputs as Record<string, unknown>;
    seen.push({ type, name, inputs: given });
    const extra = type.endsWith(":UpgradeGate")
      ? { repaired: providers.repaired ?? {} }
      : type.endsWith(":RandomPassword")
        ? { result: providers.password ?? "" }
        : {};
    return { id: name, state: { ...given, ...extra } };
  };
  // As the engine's error reaches the SDK.
  const half = "invocation of pulumi:pulumi:readStackResourceOutputs returned an error: failed to load checkpoint: EOF";
  let unreadable = providers.unreadable ?? 0;
  const call = () => {
    if (unreadable-- > 0) throw Object.assign(new Error(half), { details: half });
    return { outputs: providers.state ?? {} };
  };
  await pulumi.runtime.setMocks({ newResource, call }, "jam-istio", settings.stack, false, "organization");
  completeMocks();
  const host = await GateHost.start();
  const state = await readStackState();
  const plan = meshPlan(settings);
  const outputs = deploy(plan, host, {
    state,
    kept: providers.kept ?? [],
    drill: drillNow(plan),
    keepsSystem: providers.keepsSystem ?? false,
  });
  await pulumi.runtime.disconnect();
  return { seen, outputs };
}

/** Resolves an output. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => {
      resolve(value);
    });
  });
}
