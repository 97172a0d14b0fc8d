import { countProxies, totalOf } from "../../mesh/istio/proxies";
import {
  allowText,
  isRemovalAllowed,
  leftText,
  refuseRemoval,
  unseenText,
  type OwnedMesh,
} from "../../mesh/upgrade/removal";
import type { MeshUse } from "../../mesh/upgrade/meshUse";
import { reasonOf, unlessInternal } from "../client/errors";
import { connect, type ClusterAddress } from "../client/kubernetesClient";
import { readMeshUse } from "./meshUse";

async function look(address: ClusterAddress, { stack, keepsSystem }: OwnedMesh): Promise<MeshUse | string> {
  try {
    // Where istio-system goes as a whole, everything in it does.
    return await readMeshUse(await connect(address), { tags: false, stack: keepsSystem ? undefined : stack });
  } catch (error) {
    unlessInternal(error);
    return reasonOf(error);
  }
}

/**
 * Stands before the removal of a mesh.
 * @returns what is said of it
 * @throws Error with one line, before anything is removed, where others use the mesh or that cannot be seen, unless a person
 * let it through
 */
export async function guardRemoval(address: ClusterAddress, owned: OwnedMesh): Promise<readonly string[]> {
  if (isRemovalAllowed(process.env)) return [allowText];
  const use = await look(address, owned);
  const why = typeof use === "string" ? unseenText(use) : refuseRemoval(use, owned);
  if (why !== undefined || typeof use === "string") throw new Error(why);
  const { namespace } = owned;
  const left = totalOf(countProxies(use.pods.filter(({ metadata }) => metadata?.namespace === namespace)));
  return left === 0 ? [] : [leftText(namespace, left)];
}
