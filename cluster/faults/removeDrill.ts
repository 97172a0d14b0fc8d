import { setTimeout as sleep } from "node:timers/promises";
import type { FoundFaultObject } from "../../mesh/faults/endingFaults";
import {
  endLine,
  faultAnnotations,
  isActing,
  isHelper,
  partOf,
  type FaultObject,
} from "../../mesh/faults/faultObjects";
import { reasonOf, unlessInternal } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";
import { deleteFaultObjects, readFaultObjects, updateAnnotations } from "./faultObjects";

/** How long it is tried to remove a fault, in milliseconds. */
const cleanUpMs = 300_000;

/** A drill of the command, by what it made. */
interface Made {
  readonly drill: string;
  readonly objects: readonly FaultObject[];
}

/** Removes the drill's VirtualServices, its reaper, and what only they led to; what others may lead to becomes theirs. */
async function removeDrill(cluster: Cluster, namespace: string, { drill, objects }: Made): Promise<void> {
  const own = objects.map(partOf);
  await deleteFaultObjects(
    cluster,
    namespace,
    own.filter((one) => !isHelper(one)),
  );
  const { found } = await readFaultObjects(cluster, namespace);
  // What another drill has marked as its own is about to be used.
  const isMine = ({ key, annotations = {} }: FoundFaultObject) =>
    annotations[faultAnnotations.drill] === drill && own.some(({ kind, name }) => `${kind}/${name}` === key);
  const mine = found.filter(isMine);
  const heir = found.find(isActing);
  if (heir === undefined) {
    await deleteFaultObjects(cluster, namespace, mine);
    return;
  }
  // It may lead there: from now on that is the other drill's, and goes with it. The fault itself is out: nothing is tried again.
  const { drill: other, start, end } = faultAnnotations;
  const annotations = Object.fromEntries([other, start, end].map((key) => [key, heir.annotations?.[key] ?? ""]));
  const theirs = mine.map((one) => ({ ...one, annotations }));
  await updateAnnotations(cluster, namespace, theirs).catch(unlessInternal);
}

/** The same, until it works: a fault must not stay because the API server was away for a moment. */
export async function removeUntilGone(
  cluster: Cluster,
  namespace: string,
  made: Made,
  log: (line: string) => void,
): Promise<void> {
  for (const end = Date.now() + cleanUpMs; ;) {
    try {
      await removeDrill(cluster, namespace, made);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      log(`the fault cannot be removed (${reasonOf(error)}); trying again. By hand: ${endLine(namespace)}`);
      await sleep(2000);
    }
  }
}
