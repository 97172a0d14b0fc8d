import * as pulumi from "@pulumi/pulumi";
import { GateHost } from "../components/gates/gateHost";
import { deploy, type Outputs } from "../components/program";
import { secretPlaceholder } from "../config/raw";
import { whenUpRuns } from "../mesh/faults/allObjects";
import { meshPlan, type MeshPlan } from "../mesh/meshPlan";
import type { Settings } from "../settings/types";
import { inOrder } from "./order";
import { messageOf } from "../tools/errors";

/** A resource as the program registers it, with its secrets masked. */
export interface Registration {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** URNs of the resources that come before it, its parent and its provider left out. */
  readonly dependencies: readonly string[];
  readonly parent: string;
  /** URN of the provider, without its id; empty where none was given. */
  readonly provider: string;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  /** Inputs that were secret as a whole. */
  readonly secretInputs: readonly string[];
}

/** What the program did: its registrations in an order in which they can be made, and its outputs. */
export interface Recording {
  readonly registrations: readonly Registration[];
  readonly outputs: Outputs;
}

const signature = "4dabf18193072939515e22adb298388d";

const isSecret = (value: unknown): value is { readonly value?: unknown } =>
  typeof value === "object" && value !== null && signature in value;

/** Replaces what Pulumi marks as secret by a placeholder; of a secret map the keys stay. */
export function mask(value: unknown, secret = false): unknown {
  if (Array.isArray(value)) return value.map((item) => mask(item, secret));
  if (typeof value !== "object" || value === null) return secret ? secretPlaceholder : value;
  if (isSecret(value)) return mask(value.value, true);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mask(item, secret)]));
}

/** What providers would compute; enough for the program to go on. */
function outputsOf({ type, inputs }: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  const given = inputs as Record<string, unknown>;
  if (type.endsWith(":FaultGate")) return { ...given, start: whenUpRuns };
  return type === "random:index/randomPassword:RandomPassword" ? { ...given, result: secretPlaceholder } : given;
}

/** The parts of the engine's request that mocks do not show. */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getProvider(): string;
  getDependenciesList(): string[];
  getRetainondelete(): boolean;
  getDeletebeforereplace(): boolean;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}
type Callback = (error: unknown, response?: { getUrn(): string }) => void;
interface Monitor {
  registerResource(request: Request, callback: Callback): void;
  registerErrorHook?: (request: unknown, callback: (error: unknown, response?: object) => void) => void;
}

function registration(request: Request, urn: string): Registration {
  const inputs = request.getObject()?.toJavaScript() ?? {};
  // A dynamic resource's code.
  delete inputs["__provider"];
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    inputs: mask(inputs) as Record<string, unknown>,
    dependencies: request
      .getDependenciesList()
      .filter((dependency) => dependency !== request.getParent())
      .sort(),
    parent: request.getParent(),
    provider: request.getProvider().split("::").slice(0, 4).join("::"),
    retainOnDelete: request.getRetainondelete(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    secretInputs: Object.keys(inputs).filter((key) => isSecret(inputs[key])),
  };
}

/** Completes the SDK's mocks, which know no error hooks. */
export function completeMocks(): Monitor {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  monitor.registerErrorHook = (_request, callback) => {
    callback(null, {});
  };
  return monitor;
}

function watch(registrations: Registration[]): void {
  const monitor = completeMocks();
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    register(request, (error, response) => {
      if (response !== undefined) registrations.push(registration(request, response.getUrn()));
      callback(error, response);
    });
  };
}

async function finish(plan: MeshPlan): Promise<Outputs> {
  const outputs = deploy(plan, await GateHost.start());
  await pulumi.runtime.disconnect();
  // An error inside an apply surfaces one turn later.
  await new Promise((resolve) => setImmediate(resolve));
  return outputs;
}

/**
 * Runs the stack's program in this process against a stand-in for the engine: no Pulumi CLI, no cluster.
 * @throws Error with one line when the program fails, also inside an `apply`
 */
export async function record(settings: Settings, plan = meshPlan(settings)): Promise<Recording> {
  const registrations: Registration[] = [];
  // An error inside an apply ends no call: it would leave the program waiting for ever.
  let onFailure: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (onFailure = reject));
  process.on("unhandledRejection", onFailure);
  try {
    const mocks = {
      newResource: (args: pulumi.runtime.MockResourceArgs) => ({ id: args.name, state: outputsOf(args) }),
      call: () => ({}),
    };
    await pulumi.runtime.setMocks(mocks, "jam-istio", settings.stack, true, "organization");
    watch(registrations);
    const outputs = await Promise.race([finish(plan), failed]);
    return { registrations: inOrder(registrations), outputs };
  } catch (error) {
    const text = messageOf(error);
    throw new Error(`the program failed: ${text.split("\n")[0] ?? text}`, { cause: error });
  } finally {
    process.off("unhandledRejection", onFailure);
  }
}
