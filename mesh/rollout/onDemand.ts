import { proxyContainer } from "../istio/pods";
import { isLive } from "../istio/proxies";
import { belowBudget, downtime } from "./downtime";
import type { Restart } from "./outdatedSidecars";
import { nameOf, obstacle, ownerOf, workloadsOf, type NamespaceObjects, type Workload } from "./workloads";

/** A workload to restart, and whether its pods may be fewer than their budget wants meanwhile. */
export interface RestartOnDemand extends Restart {
  readonly belowBudget?: string;
}

/** What a restart on demand would do. */
export interface RestartPlan {
  readonly restarts: readonly RestartOnDemand[];
  /** Workloads that it would not restart, each with the reason. */
  readonly left: readonly string[];
  /** Names of the workloads that there are to choose from. */
  readonly known: readonly string[];
}

/** Whether a person means a workload: by `ps`, or by `deployment/ps`. */
function isNamed({ kind, object: { metadata } }: Workload, asked: string): boolean {
  const name = metadata?.name ?? "";
  return asked === name || asked.toLowerCase() === `${kind.toLowerCase()}/${name}`;
}

/**
 * Plans the restart of a namespace's workloads.
 * @param asked one of them; default: all that have a pod with a proxy
 * @param moment of the restart, ISO 8601: a value that no restart had before
 */
export function restartOnDemand(objects: NamespaceObjects, asked: string | undefined, moment: string): RestartPlan {
  const workloads = workloadsOf(objects);
  const owners = new Set(
    objects.pods
      .filter((pod) => isLive(pod) && proxyContainer(pod) !== undefined)
      .map((pod) => ownerOf(pod, objects.replicaSets)?.uid),
  );
  const meant = workloads.filter((one) =>
    asked === undefined ? owners.has(one.object.metadata?.uid) : isNamed(one, asked),
  );
  const judged = meant.map((workload) => ({ workload, name: nameOf(workload), why: obstacle(workload) }));
  return {
    restarts: judged
      .filter(({ why }) => why === undefined)
      .map(({ workload, name }) => {
        const down = downtime(workload, objects);
        const restart = { workload, name, value: `by-hand/${moment}`, begun: false };
        if (down !== undefined) return { ...restart, downtime: down };
        const below = belowBudget(workload, objects);
        return below === undefined ? restart : { ...restart, belowBudget: below };
      }),
    left: judged.flatMap(({ name, why }) => (why === undefined ? [] : [`${name}: ${why}`])),
    known: workloads.map(nameOf),
  };
}
