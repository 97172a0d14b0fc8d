import { setTimeout as sleep } from "node:timers/promises";
import { systemNamespace as namespace } from "../../mesh/istio/names";
import { crdOwner } from "../../mesh/upgrade/crds";
import { isNotFound } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";

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

/** Marks CRDs as a Helm release's own, as Helm demands before it touches them. */
export async function adoptCrds({ send }: Cluster, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
    await bounded(`marking ${name}`, 20, send("PATCH", path, { body: { metadata: crdOwner } }));
  }
}
