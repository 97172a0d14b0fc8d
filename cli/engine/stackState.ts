import type { Stack } from "@pulumi/pulumi/automation";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StateResource } from "../../mesh/adopt/stateEntries";
import { gateType } from "../../mesh/upgrade/stateTypes";
import { run } from "../../tools/run";

export type { StateResource } from "../../mesh/adopt/stateEntries";

/** A stack's state, as the engine exports it; its secrets are encrypted. */
export interface ExportedState {
  readonly version: number;
  /** Absent where nothing was ever deployed. */
  readonly deployment?: {
    readonly resources?: readonly StateResource[];
    readonly pending_operations?: readonly { readonly type: string; readonly resource: { readonly urn: string } }[];
  };
}

/** What the gate of the last run left in the state. */
export const gateOutputs = (resources: readonly StateResource[]) =>
  (resources.find(({ type }) => type === gateType)?.outputs ?? {}) as {
    readonly actions?: { readonly cluster?: string };
    readonly desired?: { readonly releases?: readonly string[] };
  };

async function pulumi({ name, workspace }: Stack, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, ...workspace.envVars };
  const options = { seconds: 120, cwd: workspace.workDir, env };
  const { code, stdout, stderr } = await run("pulumi", ["stack", ...args, "--stack", name], options);
  // Whole: where the stack is locked, each lock has a line.
  if (code !== 0) throw new Error(stderr.trim() || `exit code ${String(code)}`);
  return stdout;
}

/**
 * Reads a stack's state, secrets encrypted. Not by exportStack(): that one decrypts them, and importStack() would write them to a
 * file in clear.
 * @throws Error with what Pulumi says
 */
export const exportState = async (stack: Stack): Promise<ExportedState> =>
  JSON.parse(await pulumi(stack, "export")) as ExportedState;

/** Writes a stack's state. @throws Error with what Pulumi says, such as the locks of a run that is at work */
export async function importState(stack: Stack, state: ExportedState): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "jam-istio-"));
  try {
    const file = join(folder, "state.json");
    await writeFile(file, JSON.stringify(state), { mode: 0o600 });
    await pulumi(stack, "import", "--file", file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
