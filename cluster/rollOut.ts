import { setTimeout as sleep } from "node:timers/promises";
import { restartAnnotation, type Restart } from "../mesh/survey";
import { progressOf, type Kind, type Workload } from "../mesh/workloads";
import { reasonOf } from "./errors";
import type { Cluster } from "./kubernetes";
import { whyNotReady } from "./podReasons";

/** How often the workloads that are being restarted are looked at, in milliseconds. */
const lookEvery = 500;

/** How a rollout goes about it. */
export interface RollOutOptions {
  readonly parallel: number;
  readonly timeoutSeconds: number;
  readonly log: (line: string) => void;
}

const plural = { Deployment: "deployments", StatefulSet: "statefulsets", DaemonSet: "daemonsets" } as const;
const pathOf = (kind: Kind, namespace: string) => `/apis/apps/v1/namespaces/${namespace}/${plural[kind]}`;

/** Lists workloads for all that wait, once for each look. */
class Looks {
  private readonly lists = new Map<string, { readonly at: number; readonly items: Promise<Workload["object"][]> }>();

  public constructor(private readonly cluster: Cluster) {}

  /** The workload as it was at a moment not before `since`. */
  public async look({ kind, object }: Workload, since: number): Promise<Workload | undefined> {
    const path = pathOf(kind, object.metadata?.namespace ?? "");
    let list = this.lists.get(path);
    if (list === undefined || list.at < since) {
      list = { at: Date.now(), items: this.list(path) };
      this.lists.set(path, list);
    }
    const found = (await list.items).find(({ metadata }) => metadata?.uid === object.metadata?.uid);
    return found === undefined ? undefined : ({ kind, object: found } as Workload);
  }

  private async list(path: string): Promise<Workload["object"][]> {
    return (JSON.parse(await this.cluster.send("GET", path)) as { items: Workload["object"][] }).items;
  }
}

async function restart(cluster: Cluster, { workload, value }: Restart): Promise<Workload> {
  const { kind, object } = workload;
  const body = { spec: { template: { metadata: { annotations: { [restartAnnotation]: value } } } } };
  const path = `${pathOf(kind, object.metadata?.namespace ?? "")}/${object.metadata?.name ?? ""}`;
  return { kind, object: JSON.parse(await cluster.send("PATCH", path, { body })) as Workload["object"] } as Workload;
}

/** Restarts one workload and waits until all its pods are new and ready. @throws Error that names it and why not */
async function rollOne(cluster: Cluster, looks: Looks, one: Restart, options: RollOutOptions): Promise<string> {
  const changed = one.begun ? one.workload : await restart(cluster, one);
  const generation = changed.object.metadata?.generation ?? 0;
  const deadline = Date.now() + options.timeoutSeconds * 1000;
  let failures = 0;
  for (;;) {
    await sleep(lookEvery);
    const now = await looks.look(changed, Date.now() - lookEvery).catch((error: unknown) => {
      // The API server may be away for a moment.
      if (++failures > 20) throw error;
      return changed;
    });
    if (now === undefined) return "is gone";
    const progress = progressOf(now);
    const seen = (now.object.metadata?.generation ?? 0) >= generation;
    if (seen && progress.settled) return progress.text;
    const late = Date.now() > deadline;
    if (!late && (!seen || progress.stuck === undefined)) continue;
    const why = late ? `not done within ${String(options.timeoutSeconds)} s` : (progress.stuck ?? "");
    const pods = await whyNotReady(cluster, now).catch((error: unknown) => [reasonOf(error)]);
    throw new Error([`${one.name}: ${why} (${progress.text})`, ...pods].join("; "));
  }
}

/**
 * Restarts workloads, a bounded number at a time, each until it is healthy. After a failure none is begun any more.
 * @throws Error that names what failed, why, and how many are left
 */
export async function rollOut(cluster: Cluster, restarts: readonly Restart[], options: RollOutOptions): Promise<void> {
  const looks = new Looks(cluster);
  const left = [...restarts];
  const failed: string[] = [];
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined && failed.length === 0; next = left.shift()) {
      const begin = next.begun ? "was restarted by an earlier run" : "restarting";
      options.log(`${next.name}: ${begin}`);
      try {
        const text = await rollOne(cluster, looks, next, options);
        done += 1;
        options.log(`${next.name}: ${text} (${String(done)} of ${String(restarts.length)} workloads)`);
      } catch (error) {
        failed.push(error instanceof Error ? error.message : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.parallel, restarts.length) }, worker));
  if (failed.length === 0) return;
  const rest = restarts.length - done - failed.length;
  throw new Error(
    `the rollout stopped: ${failed.join(" | ")}. ${String(done)} workloads are done, ${String(rest)} were not begun; ` +
      "mend it, then run up again: it goes on where it stopped",
  );
}
