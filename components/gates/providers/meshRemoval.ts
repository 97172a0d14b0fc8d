import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAddress } from "../../../cluster/client/kubernetesClient";
import { guardRemoval } from "../../../cluster/upgrade/removal";
import type { OwnedMesh } from "../../../mesh/upgrade/removal";

// Runs in the process of Pulumi's dynamic provider, not in the program's.

/** What is asked about on the day on which the stack is destroyed: no program runs then that could be asked. */
export interface MeshRemovalInputs {
  readonly kubernetes: ClusterAddress;
  readonly owned: OwnedMesh;
}

/** The same, in an order of its own: what comes from the state has any. */
const textOf = (inputs: MeshRemovalInputs) => {
  const { kubernetes, owned } = inputs;
  return JSON.stringify([kubernetes.context, kubernetes.kubeconfig, owned.stack, owned.namespace, owned.keepsSystem]);
};

/** What stands before a removal does at each step of Pulumi's. */
export const provider: pulumi.dynamic.ResourceProvider = {
  diff: (_id, olds: MeshRemovalInputs, news: MeshRemovalInputs) =>
    Promise.resolve({ changes: textOf(olds) !== textOf(news), replaces: [] }),
  create: (inputs: MeshRemovalInputs) => Promise.resolve({ id: inputs.owned.stack, outs: inputs }),
  update: (_id, _olds, news: MeshRemovalInputs) => Promise.resolve({ outs: news }),
  // Where it fails, the engine deletes nothing that it waited for.
  delete: async (_id, { kubernetes, owned }: MeshRemovalInputs) => {
    const lines = await guardRemoval(kubernetes, owned).catch((error: unknown) => {
      // Pulumi prints the stack of what a delete throws.
      throw Object.assign(error instanceof Error ? error : new Error(String(error)), { stack: "" });
    });
    for (const line of lines) console.log(line);
  },
};
