import type { Stack } from "@pulumi/pulumi/automation";
import { exportState, importState } from "./stackState";

/** What an interrupted run was at, by the names of the resources. */
export interface PendingWork {
  /** Creations, which are forgotten. */
  readonly creating: readonly string[];
  /** Removals, which may have come to their end. */
  readonly deleting: readonly string[];
}

/**
 * Forgets creations that an interrupted run began. Each is safe to begin again: objects are applied, and of Helm's
 * releases the gate judges what is in the cluster.
 * @returns what was forgotten, and what else it was at
 */
export async function forgetPendingCreations(stack: Stack): Promise<PendingWork> {
  const state = await exportState(stack);
  const operations = state.deployment?.pending_operations ?? [];
  const namesOf = (wanted: string) =>
    operations.flatMap(({ type, resource }) =>
      type === wanted ? [resource.urn.split("::").at(-1) ?? resource.urn] : [],
    );
  const work = { creating: namesOf("creating"), deleting: namesOf("deleting") };
  if (work.creating.length === 0) return work;
  const kept = operations.filter(({ type }) => type !== "creating");
  await importState(stack, { ...state, deployment: { ...state.deployment, pending_operations: kept } });
  return work;
}
