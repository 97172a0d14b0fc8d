import type { Stack } from "@pulumi/pulumi/automation";
import { say } from "../terminal/say";
import type { OpenStack } from "./openStack";
import { importState, type ExportedState } from "./stackState";

/** Where Pulumi's own lines go. */
type Output = Pick<NonNullable<Parameters<Stack["refresh"]>[0]>, "onOutput" | "onError" | "color">;

/**
 * Brings a state in order after an interrupted run. What that had begun to create is forgotten: each is safe to begin again, objects
 * are applied, and of Helm's releases the gate judges what is in the cluster. What it had begun to delete may be gone, and Pulumi fails
 * to delete a release that is: the cluster is read anew. Both are said.
 * @param state as it is now
 * @param next what comes of what is forgotten
 */
export async function settleState(
  { stack, step }: OpenStack,
  state: ExportedState,
  output: Output,
  next: string,
): Promise<void> {
  const operations = state.deployment?.pending_operations ?? [];
  const listOf = (wanted: string) =>
    operations
      .flatMap(({ type, resource }) => (type === wanted ? [resource.urn.split("::").at(-1) ?? resource.urn] : []))
      .join(", ");
  const [creating, deleting] = [listOf("creating"), listOf("deleting")];
  if (deleting !== "") {
    say(`an interrupted run had begun to delete ${deleting}; what is left of it is read anew`);
    await step(() => stack.refresh({ ...output, clearPendingCreates: true, showSecrets: false }));
  } else if (creating !== "") {
    // An import drops every pending operation, whatever the file says (Pulumi's source, 3.248).
    const deployment = { ...state.deployment, pending_operations: [] };
    await step(() => importState(stack, { ...state, deployment }));
  }
  if (creating !== "") say(`an interrupted run had begun to create ${creating}; ${next}`);
}
