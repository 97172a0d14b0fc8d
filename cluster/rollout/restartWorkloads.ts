import { setTimeout as sleep } from "node:timers/promises";
import { restartAnnotation, type Restart } from "../../mesh/rollout/outdatedSidecars";
import { listText } from "../../mesh/rollout/plan";
import { progressOf, type Workload } from "../../mesh/rollout/workloads";
import { isNotFound, reasonOf } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { whyNotReady } from "./podReasons";
import { isBug, messageOf } from "../../tools/errors";

/** How often the workloads that are being restarted are looked at, in milliseconds. */
const lookEvery = 300;

/** How a rollout goes about it. */
export interface RestartOptions {
  readonly parallel: number;
  readonly timeoutSeconds: number;
  readonly log: (line: string) => void;
  /** After it no further workload is begun; those that are begun are waited for. */
  readonly stop?: AbortSignal;
  /** What to do after a failure. Default: up again, which goes on. */
  readonly advice?: string;
}

const collections = {
  Deployment: ["apps/v1", "deployments"],
  StatefulSet: ["apps/v1", "statefulsets"],
  DaemonSet: ["apps/v1", "daemonsets"],
  Rollout: ["argoproj.io/v1alpha1", "rollouts"],
} as const;
function pathOf({ kind, object: { metadata } }: Workload): string {
  const [group, plural] = collections[kind];
  return `/apis/${group}/namespaces/${metadata?.namespace ?? ""}/${plural}/${metadata?.name ?? ""}`;
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

/**
 * Restarts a workload's pods by an annotation of their template; of a Rollout by its `restartAt`, and it has the annotation
 * itself. @returns the changed workload
 */
export async function restartWorkload(
  cluster: Cluster,
  workload: Workload,
  key: string,
  value: string,
): Promise<Workload> {
  const metadata = { annotations: { [key]: value } };
  const restartAt = `${new Date().toISOString().slice(0, 19)}Z`;
  const body = workload.kind === "Rollout" ? { metadata, spec: { restartAt } } : { spec: { template: { metadata } } };
  const object = JSON.parse(await cluster.send("PATCH", pathOf(workload), { body })) as Workload["object"];
  return { kind: workload.kind, object } as Workload;
}

/** How long a Deployment may make no progress where its spec does not say it, in seconds. */
const defaultProgressSeconds = 600;

/**
 * Why a workload will not come further. What Kubernetes said before this run of an earlier try stays in the status until there
 * is progress again: it counts once the workload has had its time anew.
 */
function stuckNow(before: Workload, now: Workload, waitedSeconds: number): string | undefined {
  const { stuck } = progressOf(now);
  const { progressDeadlineSeconds = defaultProgressSeconds } = now.kind === "Deployment" ? (now.object.spec ?? {}) : {};
  const isStale =
    stuck !== undefined && stuck.since === progressOf(before).stuck?.since && waitedSeconds < progressDeadlineSeconds;
  return isStale ? undefined : stuck?.text;
}

/** For how long the API server may be away while a workload is waited for, in seconds: it restarts when it is upgraded. */
const awaySeconds = 60;

const restart = (cluster: Cluster, { workload, value }: Restart) =>
  restartWorkload(cluster, workload, restartAnnotation, value);

/** Restarts one workload and waits until all its pods are new and ready. @throws Error that says why they are not */
async function rollOne(cluster: Cluster, one: Restart, options: RestartOptions): Promise<string> {
  const changed = one.begun ? one.workload : await restart(cluster, one);
  const generation = changed.object.metadata?.generation ?? 0;
  const start = Date.now();
  // Since when the API server does not answer.
  let away: number | undefined;
  for (;;) {
    await sleep(lookEvery);
    const now = await look(cluster, changed).then(
      (seen) => {
        away = undefined;
        return seen;
      },
      (error: unknown) => {
        if (isBug(error)) throw error;
        away ??= performance.now();
        if (performance.now() - away > awaySeconds * 1000) throw error;
        return changed;
      },
    );
    if (now === undefined) return "is gone";
    const progress = progressOf(now);
    const seen = (now.object.metadata?.generation ?? 0) >= generation;
    if (seen && progress.settled) return progress.text;
    const waited = (Date.now() - start) / 1000;
    const stuck = seen ? stuckNow(one.workload, now, waited) : undefined;
    const late = waited > options.timeoutSeconds;
    if (!late && stuck === undefined) continue;
    const why = late ? `not done within ${String(options.timeoutSeconds)} s` : (stuck ?? "");
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
  const begin = () => (failed.length === 0 && options.stop?.aborted !== true ? left.shift() : undefined);
  const worker = async (): Promise<void> => {
    for (let next = begin(); next !== undefined; next = begin()) {
      options.log(`${next.name}: ${next.begun ? "was restarted by an earlier run" : "restarting"}`);
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
  if (failed.length === 0 && left.length === 0) return;
  const why = failed.length === 0 ? "was stopped by hand" : `stopped: ${failed.join(" | ")}`;
  const names = left.length === 0 ? "" : ` (${listText(left.map(({ name }) => name))})`;
  throw new Error(
    `the rollout ${why}. ${String(done)} workloads are done, ${String(left.length)} were not begun${names}; ` +
      (options.advice ?? "fix it, then run up again: it goes on where it stopped"),
  );
}
