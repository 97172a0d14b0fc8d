import type { Stack } from "@pulumi/pulumi/automation";
import { exportState, importState } from "./stackState";

/**
 * Forgets creations that an interrupted run began. Each is safe to begin again: objects are applied, and of Helm's
 * releases the gate judges what is in the cluster.
 * @returns the names of what was forgotten
 */
export async function forgetPendingCreations(stack: Stack): Promise<readonly string[]> {
  const state = await exportState(stack);
  const operations = state.deployment?.pending_operations ?? [];
  const creating = operations.filter(({ type }) => type === "creating");
  if (creating.length === 0) return [];
  const kept = operations.filter(({ type }) => type !== "creating");
  await importState(stack, { ...state, deployment: { ...state.deployment, pending_operations: kept } });
  return creating.map(({ resource }) => resource.urn.split("::").at(-1) ?? resource.urn);
}
