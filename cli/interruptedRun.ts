import type { Stack } from "@pulumi/pulumi/automation";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive, mustRun } from "../tools/run";

/** What a message about a locked stack says of the holder. */
export interface LockHolder {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
}

/**
 * Reads Pulumi's message about a locked stack: who holds it, of several the one that may still be at work; `undefined` where it
 * names no process (other backends).
 */
export function lockHolder(message: string): LockHolder | undefined {
  const holders = [...message.matchAll(/created by (\S+)@(\S+) \(pid (\d+)\)/g)].map(
    ([, user = "", host = "", pid]) => ({ user, host, pid: Number(pid) }),
  );
  return holders.find((holder) => !isStale(holder)) ?? holders[0];
}

/** Whether the lock was left by a run on this machine that is gone. */
export function isStale(holder: LockHolder | undefined): boolean {
  return holder !== undefined && holder.host === hostname() && !isAlive(holder.pid);
}

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
  const pulumi = (...args: readonly string[]) =>
    mustRun("pulumi", ["stack", ...args, "--stack", name], { seconds: 120, cwd: workspace.workDir, env });
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
