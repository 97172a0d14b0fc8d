import { isVersion } from "../../mesh/istio/controlPlanes";
import { systemNamespace as namespace } from "../../mesh/istio/names";
import { recordedImage } from "../../mesh/upgrade/helmHistory";
import { belowProxies, wayBack, type Failure } from "../../mesh/upgrade/wayBack";
import { findHelm } from "../../tools/helm";
import { mustRun } from "../../tools/run";
import { reasonOf } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { helmRecord } from "./helmRecords";
import { allPods } from "./observe";

/** A control plane that may go back. */
export interface FailedControlPlane {
  readonly failure: Failure;
  /** Its revision; `default` for the one without. */
  readonly revision: string;
  readonly timeoutSeconds: number;
}

/** What is said where a release stays as it failed. */
export const notRolledBack = (release: string, error: unknown) =>
  `release ${release} could not be rolled back (${reasonOf(error)}); set istio.version to the one before and run up`;

async function goBack(cluster: Cluster, { failure, revision, timeoutSeconds }: FailedControlPlane): Promise<string> {
  const { core, address } = cluster;
  const { release } = failure;
  const listing = core.listNamespacedSecret({ namespace, labelSelector: `owner=helm,name=${release}` });
  const { items } = await bounded("the Kubernetes API", 30, listing);
  const records = items.map(helmRecord).filter((record) => record !== undefined);
  const way = wayBack(records, failure);
  if ("stays" in way) return `release ${release} was not rolled back: ${way.stays}`;
  const { to } = way;
  // An umbrella's chart has a version of its own.
  const version = isVersion(recordedImage(to)) ? recordedImage(to) : to.chartVersion;
  const target = `revision ${String(to.revision)} (${version})`;
  const below = belowProxies(await bounded("the Kubernetes API", 60, allPods(cluster)), revision, way);
  if (below !== undefined)
    return (
      `release ${release} was not rolled back to ${target}: ${below}. A control plane below its proxies is not supported. ` +
      `To go on: fix what failed, then run up again. To go back: set istio.version to ${version} and run up, which ` +
      "moves the control plane and then the sidecars"
    );
  const helm = await findHelm((line) => {
    console.log(line);
  });
  const where = [
    ...(address.kubeconfig === undefined ? [] : ["--kubeconfig", address.kubeconfig]),
    ...(address.context === undefined ? [] : ["--kube-context", address.context]),
  ];
  const wait = ["--wait", "--timeout", `${String(timeoutSeconds)}s`];
  const args = ["rollback", release, String(to.revision), "--namespace", namespace, ...wait, ...where];
  await mustRun(helm, args, { seconds: timeoutSeconds + 60 });
  return `release ${release} was rolled back as a whole to ${target}`;
}

/**
 * Rolls a control plane's Helm release back, as a whole, to the last revision that was deployed before the one that failed;
 * never what did not fail, and never below the proxies.
 * @returns what was done, or why nothing was; never throws, because it runs where something has failed already
 */
export function rollbackRelease(cluster: Cluster, failed: FailedControlPlane): Promise<string> {
  return goBack(cluster, failed).catch((error: unknown) => notRolledBack(failed.failure.release, error));
}
