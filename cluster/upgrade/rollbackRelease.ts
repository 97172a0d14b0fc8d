import { systemNamespace as namespace } from "../../mesh/istio/names";
import { recordsOf } from "../../mesh/upgrade/helmHistory";
import { findHelm } from "../../tools/helm";
import { mustRun } from "../../tools/run";
import { reasonOf } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { helmRecord } from "./helmRecords";

/** What is said where a release stays as it failed. */
export const notRolledBack = (release: string, error: unknown) =>
  `release ${release} could not be rolled back (${reasonOf(error)}); set istio.version to the one before and run up`;

/**
 * Rolls a Helm release back, as a whole, to the last revision that was deployed before the newest one.
 * @param unlike a chart version that it must not roll back to
 * @returns what was done, or why nothing could be; never throws, because it runs where something has failed already
 */
export async function rollbackRelease(
  { core, address }: Cluster,
  release: string,
  timeoutSeconds: number,
  unlike?: string,
): Promise<string> {
  try {
    const labelSelector = `owner=helm,name=${release}`;
    const listing = core.listNamespacedSecret({ namespace, labelSelector });
    const { items } = await bounded("the Kubernetes API", 30, listing);
    const records = items.map(helmRecord).filter((record) => record !== undefined);
    const older = recordsOf(records, release).slice(0, -1);
    const before = older.findLast(
      ({ status, chartVersion }) => ["deployed", "superseded"].includes(status) && !["", unlike].includes(chartVersion),
    );
    if (before === undefined) return `release ${release} has no earlier revision to roll back to`;
    const helm = await findHelm((line) => {
      console.log(line);
    });
    const where = [
      ...(address.kubeconfig === undefined ? [] : ["--kubeconfig", address.kubeconfig]),
      ...(address.context === undefined ? [] : ["--kube-context", address.context]),
    ];
    const wait = ["--wait", "--timeout", `${String(timeoutSeconds)}s`];
    const args = ["rollback", release, String(before.revision), "--namespace", namespace, ...wait, ...where];
    await mustRun(helm, args, { seconds: timeoutSeconds + 60 });
    return `release ${release} was rolled back as a whole to revision ${String(before.revision)} (${before.chartVersion})`;
  } catch (error) {
    return notRolledBack(release, error);
  }
}
