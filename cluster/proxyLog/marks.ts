import type { V1Pod } from "@kubernetes/client-node";
import { markKey, markOf, type LogMark } from "../../mesh/proxyLog/mark";
import { isConflict } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";

/** How often it is tried again where somebody else changed the pod meanwhile, as its node does now and then. */
const tries = 10;

/**
 * Changes a pod's mark where it still is what it was taken for.
 * @param decide what to write, by the mark that is there: a mark, none (`null`), or nothing is to be changed
 */
async function change(
  { core, send }: Cluster,
  { metadata }: V1Pod,
  decide: (present: LogMark | undefined) => LogMark | null | undefined,
): Promise<void> {
  const [name, namespace] = [metadata?.name ?? "", metadata?.namespace ?? ""];
  for (let turn = 1; ; turn++) {
    const pod = await bounded("the Kubernetes API", 30, core.readNamespacedPod({ name, namespace }));
    const mark = decide(markOf(pod));
    if (mark === undefined || pod.metadata?.uid !== metadata?.uid) return;
    const annotations = { [markKey]: mark === null ? null : JSON.stringify(mark) };
    // Another run may be marking it at this moment: with the version it was read in, one of the two is refused.
    const body = { metadata: { resourceVersion: pod.metadata?.resourceVersion, annotations } };
    try {
      await send("PATCH", `/api/v1/namespaces/${namespace}/pods/${name}`, { body });
      return;
    } catch (error) {
      if (!isConflict(error) || turn === tries) throw error;
    }
  }
}

/** Somebody else follows a proxy's log. */
export class InUse extends Error {}

/** Marks a pod before its proxy's levels change. @throws InUse where another run did so meanwhile */
export function putMark(cluster: Cluster, pod: V1Pod, mark: LogMark): Promise<void> {
  return change(cluster, pod, (present) => {
    if (present !== undefined && present.run !== mark.run)
      throw new InUse(`somebody follows the log of ${pod.metadata?.name ?? ""} until ${present.until}`);
    return mark;
  });
}

/** Whether a pod has the mark of a run, and of no other. */
export async function hasMark({ core }: Cluster, { metadata }: V1Pod, run: string): Promise<boolean> {
  const asked = { name: metadata?.name ?? "", namespace: metadata?.namespace ?? "" };
  return markOf(await bounded("the Kubernetes API", 30, core.readNamespacedPod(asked)))?.run === run;
}

/** Takes the mark of a run away, of no other. */
export function removeMark(cluster: Cluster, pod: V1Pod, run: string): Promise<void> {
  return change(cluster, pod, (present) => (present?.run === run ? null : undefined));
}
