import type { Stack } from "@pulumi/pulumi/automation";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../tools/run";

interface State {
  readonly deployment?: {
    readonly pending_operations?: readonly { readonly type: string; readonly resource: { readonly urn: string } }[];
  };
}

/**
 * Forgets creations that an interrupted run began. Each is safe to begin again: objects are applied, and of Helm's
 * releases the gate judges what is in the cluster.
 * @returns the names of what was forgotten
 */
export async function forgetPendingCreations({ name, workspace }: Stack): Promise<readonly string[]> {
  // Not exportStack(): that one decrypts the secrets, and importStack() would write them to a file.
  const env = { ...process.env, ...workspace.envVars };
  const pulumi = async (...args: readonly string[]) => {
    const options = { seconds: 120, cwd: workspace.workDir, env };
    const { code, stdout, stderr } = await run("pulumi", ["stack", ...args, "--stack", name], options);
    // Whole: where the stack is locked, each lock has a line.
    if (code !== 0) throw new Error(stderr.trim() || `exit code ${String(code)}`);
    return stdout;
  };
  const state = JSON.parse(await pulumi("export")) as State;
  const operations = state.deployment?.pending_operations ?? [];
  const creating = operations.filter(({ type }) => type === "creating");
  if (creating.length === 0) return [];
  const kept = operations.filter(({ type }) => type !== "creating");
  const folder = await mkdtemp(join(tmpdir(), "jam-istio-"));
  try {
    const file = join(folder, "state.json");
    const changed = { ...state, deployment: { ...state.deployment, pending_operations: kept } };
    await writeFile(file, JSON.stringify(changed), { mode: 0o600 });
    await pulumi("import", "--file", file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return creating.map(({ resource }) => resource.urn.split("::").at(-1) ?? resource.urn);
}
