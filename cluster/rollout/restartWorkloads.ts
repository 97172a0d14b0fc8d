import { setTimeout as sleep } from "node:timers/promises";
import { restartAnnotation, type Restart } from "../../mesh/rollout/outdatedSidecars";
import { progressOf, type Workload } from "../../mesh/rollout/workloads";
import { isNotFound, reasonOf } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { whyNotReady } from "./podReasons";
import { messageOf } from "../../tools/errors";

/** How often the workloads that are being restarted are looked at, in milliseconds. */
const lookEvery = 300;

/** How a rollout goes about it. */
export interface RestartOptions {
  readonly parallel: number;
  readonly timeoutSeconds: number;
  readonly log: (line: string) => void;
}

const plural = { Deployment: "deployments", StatefulSet: "statefulsets", DaemonSet: "daemonsets" } as const;
function pathOf({ kind, object }: Workload): string {
  return `/apis/apps/v1/namespaces/${object.metadata?.namespace ?? ""}/${plural[kind]}/${object.metadata?.name ?? ""}`;
}

/** The workload as it is now; `undefined` where it is gone. */
async function look({ send }: Cluster, workload: Workload): Promise<Workload | undefined> {
  try {
    const object = JSON.parse(await send("GET", pathOf(workload))) as Workload["object"];
    return { kind: workload.kind, object } as Workload;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Gives a workload's pods an annotation, which restarts them where they have it not. @returns the changed workload */
export async function annotateTemplate(
  cluster: Cluster,
  workload: Workload,
  key: string,
  value: string,
): Promise<Workload> {
  const body = { spec: { template: { metadata: { annotations: { [key]: value } } } } };
  const object = JSON.parse(await cluster.send("PATCH", pathOf(workload), { body })) as Workload["object"];
  return { kind: workload.kind, object } as Workload;
}

const restart = (cluster: Cluster, { workload, value }: Restart) =>
  annotateTemplate(cluster, workload, restartAnnotation, value);

/** Restarts one workload and waits until all its pods are new and ready. @throws Error that says why they are not */
async function rollOne(cluster: Cluster, one: Restart, options: RestartOptions): Promise<string> {
  const changed = one.begun ? one.workload : await restart(cluster, one);
  const generation = changed.object.metadata?.generation ?? 0;
  const deadline = Date.now() + options.timeoutSeconds * 1000;
  let failures = 0;
  for (;;) {
    await sleep(lookEvery);
    const now = await look(cluster, changed).catch((error: unknown) => {
      // The API server may be away for a moment.
      if (++failures > 30) throw error;
      return changed;
    });
    if (now === undefined) return "is gone";
    const progress = progressOf(now);
    const seen = (now.object.metadata?.generation ?? 0) >= generation;
    if (seen && progress.settled) return progress.text;
    const late = Date.now() > deadline;
    if (!late && (!seen || progress.stuck === undefined)) continue;
    const why = late ? `not done within ${String(options.timeoutSeconds)} s` : (progress.stuck ?? "");
    const pods = await bounded("why", 20, whyNotReady(cluster, now)).catch((error: unknown) => [reasonOf(error)]);
    throw new Error([`${why} (${progress.text})`, ...pods].join("; "));
  }
}

/**
 * Restarts workloads, a bounded number at a time, each until it is healthy. After a failure none is begun any more.
 * @throws Error that names what failed, why, and how many are left
 */
export async function restartWorkloads(
  cluster: Cluster,
  restarts: readonly Restart[],
  options: RestartOptions,
): Promise<void> {
  const left = [...restarts];
  const failed: string[] = [];
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined && failed.length === 0; next = left.shift()) {
      const begin = next.begun ? "was restarted by an earlier run" : "restarting";
      options.log(`${next.name}: ${begin}`);
      try {
        const text = await rollOne(cluster, next, options);
        done += 1;
        options.log(`${next.name}: ${text} (${String(done)} of ${String(restarts.length)} workloads)`);
      } catch (error) {
        failed.push(`${next.name}: ${messageOf(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.parallel, restarts.length) }, worker));
  if (failed.length === 0) return;
  const rest = restarts.length - done - failed.length;
  throw new Error(
    `the rollout stopped: ${failed.join(" | ")}. ${String(done)} workloads are done, ${String(rest)} were not begun; ` +
      "fix it, then run up again: it goes on where it stopped",
  );
}
