import { dependents, type MeshUse } from "./meshUse";

/** What a stack owns in istio-system, as its state remembers it for the day on which it is destroyed. */
export interface OwnedMesh {
  readonly stack: string;
  /** The instance's namespace. */
  readonly namespace: string;
  /** Whether istio-system was there before the stack, and stays. */
  readonly keepsSystem: boolean;
}

/** The environment variable whose words let a removal through, and the word. */
export const allowVariable = "JAM_ISTIO_ALLOW";
export const allowRemoval = "dependents";

/** Whether a person said that the mesh may be removed from under others. */
export const isRemovalAllowed = (environment: Readonly<Record<string, string | undefined>>): boolean =>
  (environment[allowVariable] ?? "").split(/[\s,]+/).includes(allowRemoval);

const wayOut = `if they may be left without a control plane: ${allowVariable}=${allowRemoval}`;

/** Why a mesh that nobody can look at is not removed. */
export const unseenText = (why: string) =>
  `the mesh is not removed: whether others use it cannot be seen (${why}). Once you know that nobody does, or ${wayOut}`;

/** Why the mesh is not removed; `undefined`: nobody else uses it. */
export function refuseRemoval(use: MeshUse, { namespace }: OwnedMesh): string | undefined {
  const users = dependents(use, namespace);
  if (users.length > 0) {
    const unseen = use.unread.length === 0 ? "" : ` (and what may not be read: ${use.unread.join(", ")})`;
    return (
      `the mesh is not removed, others use it: ${users.join(", ")}${unseen}. Take them out of the mesh first ` +
      `(the namespace's label, then a restart of its workloads), or, ${wayOut}`
    );
  }
  return use.unread.length === 0 ? undefined : unseenText(use.unread.join(", "));
}

/** What is said where a person let it through. */
export const allowText = `${allowVariable}=${allowRemoval}: who else uses the mesh was not asked`;

/** What stays of the instance whose mesh is removed. */
export const leftText = (namespace: string, proxies: number) =>
  `namespace ${namespace} stays, and so do its proxies (${String(proxies)}): they keep their last configuration, and certificates ` +
  `that nobody renews. Once the mesh is gone: kubectl rollout restart deployment,statefulset -n ${namespace}`;
