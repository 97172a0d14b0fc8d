import { setTimeout as sleep } from "node:timers/promises";
import { isHook } from "../../mesh/adopt/objects";
import { systemNamespace as namespace } from "../../mesh/istio/names";
import { crdOwner } from "../../mesh/upgrade/crds";
import { isDenied, isNotFound } from "../client/errors";
import { bounded, listMetadata, type Cluster } from "../client/kubernetesClient";

async function unlessGone(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** Removes Helm records; one that is gone already is fine. */
export async function removeRecords({ core }: Cluster, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await unlessGone(bounded(`removing ${name}`, 20, core.deleteNamespacedSecret({ namespace, name })));
  }
}

/** Removes Jobs that are done, so that Helm makes them, and they do their work, once more. */
export async function removeJobs({ batch }: Cluster, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const removal = batch.deleteNamespacedJob({ namespace, name, propagationPolicy: "Background" });
    await unlessGone(bounded(`removing Job ${name}`, 20, removal));
    const isThere = () => unlessGone(bounded(`reading Job ${name}`, 20, batch.readNamespacedJob({ namespace, name })));
    for (let turn = 0; await isThere(); turn++) {
      if (turn > 100) throw new Error(`Job ${name} does not go away`);
      await sleep(200);
    }
  }
}

/**
 * Removes the Jobs of a release's hooks that a run left which was killed during one: Helm makes each by its name, and one that is there
 * fails the release again and again. The classic charts' Jobs are named by the label `release`; the modern ones have none.
 * @returns what is to be said: who may not list Jobs does not know of any
 */
export async function removeHooks(cluster: Cluster, release: string): Promise<readonly string[]> {
  try {
    const path = `/apis/batch/v1/namespaces/${namespace}/jobs?labelSelector=${encodeURIComponent(`release=${release}`)}`;
    const jobs = await bounded("listing the Jobs of hooks", 20, listMetadata(cluster, path));
    const names = jobs.filter((metadata) => isHook({ metadata })).map(({ name }) => name);
    await removeJobs(cluster, names);
    return names.map((name) => `Job ${name}, which a hook of release ${release} left, was removed`);
  } catch (error) {
    if (!isDenied(error)) throw error;
    return [
      `warning: Jobs in ${namespace} may not be read or removed: one that a hook of release ${release} left fails it`,
    ];
  }
}

/** Marks CRDs as a Helm release's own, as Helm demands before it touches them. */
export async function adoptCrds({ send }: Cluster, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
    await bounded(`marking ${name}`, 20, send("PATCH", path, { body: { metadata: crdOwner } }));
  }
}
