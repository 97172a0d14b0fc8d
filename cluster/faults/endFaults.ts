import { setTimeout as sleep } from "node:timers/promises";
import type { FoundFaultObject } from "../../mesh/faults/endingFaults";
import { faultAnnotations, isActing, isHelper } from "../../mesh/faults/faultObjects";
import { isDenied, reasonOf } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { readControlPlanes } from "../upgrade/controlPlanes";
import { rememberEndedDrills } from "./endedByHand";
import { deleteFaultObjects, readFaultObjects } from "./faultObjects";
import { proxiesHolding } from "./sidecarAdmin";

/** How long the proxies may take until they have dropped what is gone, in seconds. */
const dropSeconds = 60;

/** What the proxies say after the end of faults. */
export interface Dropped {
  /** Whether a control plane is ready: without one the proxies keep what they have. `unknown`: it may not be seen. */
  readonly istiod: "ready" | "down" | "unknown";
  /** Proxies that said that they have dropped it, and that said that they have not. */
  readonly dropped: number;
  readonly holding: number;
  /** Proxies that could not be asked, and why the first could not. */
  readonly silent: number;
  readonly why?: string;
}

/** How the end of faults went. */
export interface EndReport extends Dropped {
  /** Names of the VirtualServices that were removed. */
  readonly ended: readonly string[];
  /** Kinds of which nothing is known: they may not be listed. What acts is none of them. */
  readonly unseen?: readonly string[];
  /** Why the next update may put the settings' faults back; absent where it does not. */
  readonly unmarked?: string;
}

/** Whether a drill is one of the command `drill`, which no update injects. */
const isCommands = (drill: string) => drill.includes("/");

async function istiodOf(cluster: Cluster): Promise<Dropped["istiod"]> {
  try {
    return (await bounded("the Kubernetes API", 30, readControlPlanes(cluster))).some(({ ready }) => ready.length > 0)
      ? "ready"
      : "down";
  } catch (error) {
    if (isDenied(error)) return "unknown";
    throw error;
  }
}

/**
 * Waits until the proxies have dropped faults that are gone, or a minute.
 * @param names the VirtualServices; default: of every fault
 */
export async function waitUntilDropped(
  cluster: Cluster,
  namespace: string,
  names?: readonly string[],
): Promise<Dropped> {
  const istiod = await istiodOf(cluster);
  // Without istiod nobody tells them: asking once is enough.
  for (const end = Date.now() + (istiod === "down" ? 0 : dropSeconds) * 1000; ;) {
    const asked = await proxiesHolding(cluster, namespace, names);
    if (asked.holding > 0 && Date.now() < end) {
      await sleep(500);
      continue;
    }
    const { silent, why } = asked;
    const counts = { dropped: asked.answers.length - asked.holding, holding: asked.holding, silent };
    return { istiod, ...counts, ...(why === undefined ? {} : { why }) };
  }
}

/**
 * Removes the drills of settings from a namespace, those of the command `drill` apart, and what nothing leads to any more: by
 * label, because a run that was broken off left what no state knows.
 */
export async function endSettingsDrills(cluster: Cluster, namespace: string): Promise<void> {
  const { found } = await readFaultObjects(cluster, namespace);
  const isSettings = ({ annotations = {} }: FoundFaultObject) => !isCommands(annotations[faultAnnotations.drill] ?? "");
  await deleteFaultObjects(
    cluster,
    namespace,
    found.filter((one) => !isHelper(one) && isSettings(one)),
  );
  const others = found.some((one) => isActing(one) && !isSettings(one));
  if (!others) await deleteFaultObjects(cluster, namespace, found.filter(isHelper));
}

/** What is said where the proxies could not even be listed. */
export const unconfirmed = (error: unknown): Dropped => ({
  ...{ istiod: "unknown", dropped: 0, holding: 0, silent: 1 },
  why: reasonOf(error),
});

/**
 * Removes what there is until nothing comes any more: an update or a drill may be injecting it at this moment.
 * @returns kinds that may not be listed
 */
async function removeAll(
  cluster: Cluster,
  namespace: string,
  seen: (parts: readonly FoundFaultObject[]) => Promise<void>,
): Promise<readonly string[]> {
  let [quiet, came] = [0, 0];
  for (const end = performance.now() + dropSeconds * 1000; ;) {
    const { found: parts, unseen } = await readFaultObjects(cluster, namespace);
    await seen(parts);
    await deleteFaultObjects(cluster, namespace, parts);
    if (parts.length > 0) came += 1;
    // An API server that answers slowly is none that keeps getting faults.
    if (came > 2 && parts.length > 0 && performance.now() > end)
      throw new Error("faults keep coming: something injects them at this moment; end it and try again");
    quiet = parts.length === 0 ? quiet + 1 : 0;
    if (quiet === 3) return unseen;
    await sleep(1000);
  }
}

/**
 * Ends every fault of a namespace, by label; the next update does not put them back.
 * @param settled the drill of the settings, which is not put back either
 * @throws Error with one line when the API server does not let it
 */
export async function endFaults(
  cluster: Cluster,
  namespace: string,
  settled: string | undefined,
  log: (line: string) => void,
): Promise<EndReport> {
  const ended = new Set<string>();
  const remembered = new Set<string>();
  let unmarked: string | undefined;
  const remember = async (parts: readonly FoundFaultObject[]) => {
    const drills = parts.flatMap(({ annotations = {} }) => annotations[faultAnnotations.drill] ?? []);
    const fresh = [...drills, ...(settled === undefined ? [] : [settled])].filter(
      (drill) => !isCommands(drill) && !remembered.has(drill),
    );
    // Before they go: an update that runs meanwhile must not put them back.
    if (fresh.length > 0) unmarked = (await rememberEndedDrills(cluster, namespace, fresh)) ?? unmarked;
    for (const drill of fresh) remembered.add(drill);
    for (const { name } of parts.filter(isActing)) {
      if (!ended.has(name)) log(`${name}: removing`);
      ended.add(name);
    }
  };
  const unseen = await removeAll(cluster, namespace, remember);
  log("asking the proxies whether they have dropped it");
  const after = await waitUntilDropped(cluster, namespace).catch(unconfirmed);
  return {
    ended: [...ended],
    ...(unseen.length === 0 ? {} : { unseen }),
    ...(unmarked === undefined ? {} : { unmarked }),
    ...after,
  };
}
