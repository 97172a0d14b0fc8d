import { expiredObjects } from "../../mesh/faults/endingFaults";
import { isActing, isHelper } from "../../mesh/faults/faultObjects";
import type { Cluster } from "../client/kubernetesClient";
import { unconfirmed, waitUntilDropped, type EndReport } from "./endFaults";
import { deleteFaultObjects, readFaultObjects } from "./faultObjects";

/** How the end of expired faults went. */
export interface ExpiredReport extends Omit<EndReport, "unmarked"> {
  /** Names of the VirtualServices that stay: their time is not over, or they have no end. */
  readonly active: readonly string[];
}

/**
 * Ends the faults of a namespace whose time is over, which their reaper should have done; the others stay. No update puts an
 * expired one back, so nothing has to be remembered.
 */
export async function endExpired(
  cluster: Cluster,
  namespace: string,
  log: (line: string) => void,
  now = Date.now(),
): Promise<ExpiredReport> {
  const { found, unseen } = await readFaultObjects(cluster, namespace);
  const expired = expiredObjects(found, now);
  const ended = expired.filter(isActing).map(({ name }) => name);
  const active = found.filter((one) => isActing(one) && !expired.includes(one)).map(({ name }) => name);
  for (const name of ended) log(`${name}: its time is over, removing`);
  // What the faults lead to may be another drill's as well.
  const going = expired.filter((one) => active.length === 0 || !isHelper(one));
  await deleteFaultObjects(cluster, namespace, going);
  if (ended.length > 0) log("asking the proxies whether they have dropped it");
  const after =
    ended.length === 0
      ? { istiod: "unknown" as const, dropped: 0, holding: 0, silent: 0 }
      : await waitUntilDropped(cluster, namespace, ended).catch(unconfirmed);
  return { ended, active, ...(unseen.length === 0 ? {} : { unseen }), ...after };
}
