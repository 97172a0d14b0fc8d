import { existsSync, statSync } from "node:fs";
import { bounded, connect } from "../../cluster/client/kubernetesClient";
import { createObjects } from "../../cluster/rehearsal/createObjects";
import { readObjects } from "../../cluster/rehearsal/readObjects";
import type { LabControlPlane } from "../../lab/controlPlane";
import { copied, type Copied } from "../../mesh/rehearsal/copiedObjects";
import type { PutIn } from "../../mesh/rehearsal/putIn";
import { readFolder } from "../../rehearse/objects/folder";
import { clusterError } from "../terminal/clusterError";
import { asUserError, UserError } from "../terminal/userError";

/** Objects of a real cluster, before they are brought. */
export interface SourceObjects {
  readonly source: string;
  readonly copy: Copied;
  readonly denied: readonly string[];
}

/**
 * Reads what a rehearsal brings, from a folder of manifests or from a cluster.
 * @param source a folder that is there, else a context of the kubeconfig
 * @throws UserError where it is neither, cannot be read, or has nothing
 */
export async function readSource(source: string): Promise<SourceObjects> {
  const allowed = "Allowed: a context of the kubeconfig, or a folder of manifests";
  if (source === "") throw new UserError(`--with-objects is empty. ${allowed}`);
  if (existsSync(source) && !statSync(source).isDirectory())
    throw new UserError(`--with-objects: ${source} is no folder. ${allowed}`);
  const { objects, denied } = existsSync(source) ? fromFolder(source) : await fromCluster(source);
  const copy = copied(objects);
  if (copy.stages.flat().length === 0)
    throw new UserError(`--with-objects: ${source} has no object that a mesh is made of`);
  return { source, copy, denied };
}

function fromFolder(folder: string) {
  try {
    return { objects: readFolder(folder), denied: [] };
  } catch (error) {
    throw asUserError(error);
  }
}

const fromCluster = (context: string) =>
  connect({ context })
    .then((cluster) => bounded("the Kubernetes API", 120, readObjects(cluster)))
    .catch((error: unknown) => {
      throw clusterError(`--with-objects: there is no folder ${context}, and the cluster cannot be read`, error);
    });

/** Creates the objects in the lab. */
export async function bring({ copy }: SourceObjects, plane: LabControlPlane): Promise<PutIn> {
  return createObjects(await connect({ kubeconfig: plane.kubeconfig }), copy);
}
