import type { V1Pod } from "@kubernetes/client-node";
import { randomBytes } from "node:crypto";
import { isOver, makeMark, markOf, type LogMark } from "../../mesh/proxyLog/mark";
import { raised, unknownLoggers, type Levels } from "../../mesh/proxyLog/levels";
import { reasonOf, unlessInternal } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";
import { timeLimit } from "../../tools/timeLimit";
import { InUse, putMark } from "./marks";
import { isStill, readLevels, setLevels } from "./proxyLevels";
import { restoreLevels, type Restored } from "./resetLevels";

/** What is asked for. */
export interface LogTask {
  /** Pods with a proxy. */
  readonly pods: readonly V1Pod[];
  readonly level: string;
  /** Default: all. */
  readonly loggers?: readonly string[] | undefined;
  /** How long, in milliseconds. */
  readonly ms: number;
  /** Ends it at once. */
  readonly signal: AbortSignal;
  readonly onLine: (pod: string, line: string) => void | Promise<void>;
  readonly say: (line: string) => void;
}

/** Why one proxy's log was no longer followed. */
export type LogEnd = "time" | "hand" | "gone" | "broken";

/** How it went with one proxy. */
export interface LogReport {
  readonly pod: string;
  readonly end: LogEnd;
  /** Where it broke: why. */
  readonly why?: string;
  readonly restored: Restored;
}

/** What speaks against it, before any level changed. */
export class LogRefused extends Error {}

const nameOf = ({ metadata }: V1Pod) => metadata?.name ?? "";

/** Reads the levels of all proxies. @throws LogRefused with all that speaks against it */
async function judge(cluster: Cluster, { pods, loggers, say, signal }: LogTask): Promise<ReadonlyMap<V1Pod, Levels>> {
  const found = new Map<V1Pod, Levels>();
  const problems: string[] = [];
  for (const pod of pods) {
    if (signal.aborted) throw new LogRefused("stopped by hand");
    const mark = markOf(pod);
    if (mark !== undefined && !isOver(mark, Date.now()))
      problems.push(`somebody follows the log of ${nameOf(pod)} until ${mark.until}; --reset ends that`);
    if (problems.length > 0) continue;
    try {
      if (mark !== undefined) {
        say(`${nameOf(pod)}: an earlier run was killed; its levels are put back first`);
        const { levels } = await restoreLevels(cluster, pod, mark);
        if (levels !== "back") problems.push(`${nameOf(pod)}: its levels before an earlier run cannot be put back`);
      }
      const levels = await readLevels(cluster, pod);
      found.set(pod, levels);
      const unknown = unknownLoggers(levels, loggers);
      if (unknown.length > 0)
        problems.push(`the proxy has no logger ${unknown.join(", ")}. It has: ${Object.keys(levels).join(", ")}`);
    } catch (error) {
      unlessInternal(error);
      problems.push(`${nameOf(pod)}: ${reasonOf(error)}`);
    }
  }
  if (problems.length > 0) throw new LogRefused([...new Set(problems)].join("; "));
  return found;
}

/** Follows one proxy's log until its time is over, it is told to end, or nothing more can come. */
async function follow(cluster: Cluster, task: LogTask, pod: V1Pod, raise: () => Promise<void>) {
  const { signal, ms, onLine } = task;
  const over = timeLimit(ms);
  const unraised = new AbortController();
  const any = AbortSignal.any([signal, over, unraised.signal]);
  const asked = { namespace: pod.metadata?.namespace ?? "", pod: nameOf(pod), container: "istio-proxy", signal: any };
  // Begun before the levels are raised: nothing of what is said then is missed.
  const following = cluster
    .followLog(asked, (line) => onLine(nameOf(pod), line))
    .then(
      () => "its log ended",
      (error: unknown) => {
        unlessInternal(error);
        return reasonOf(error);
      },
    );
  await raise().catch((error: unknown) => {
    unraised.abort();
    throw error;
  });
  // Also where what reads the lines has stopped reading.
  const ended = new Promise<string>((resolve) => {
    any.addEventListener("abort", () => {
      resolve("ended");
    });
  });
  const why = any.aborted ? "ended" : await Promise.race([following, ended]);
  if (signal.aborted) return { end: "hand" as const };
  if (over.aborted) return { end: "time" as const };
  if (!(await isStill(cluster, pod).catch(() => true))) return { end: "gone" as const };
  return { end: "broken" as const, why };
}

async function followOne(cluster: Cluster, task: LogTask, pod: V1Pod, mark: LogMark): Promise<LogReport> {
  await putMark(cluster, pod, mark);
  const raise = () => setLevels(cluster, pod, (now) => raised(now, task.level, task.loggers));
  let bug: unknown;
  const end = await follow(cluster, task, pod, raise).catch((error: unknown) => {
    bug = error;
    return { end: "broken" as const, why: reasonOf(error) };
  });
  // First of all, also where this program is wrong.
  const restored = await restoreLevels(cluster, pod, mark);
  if (bug !== undefined) unlessInternal(bug);
  return { pod: nameOf(pod), ...(restored.levels === "gone" ? { end: "gone" as const } : end), restored };
}

/**
 * Raises the levels of proxies, follows their logs, and puts the levels back, however it ends. Each pod carries a mark meanwhile.
 * @throws LogRefused before any level changed
 */
export async function followProxies(cluster: Cluster, task: LogTask): Promise<readonly LogReport[]> {
  const before = await judge(cluster, task);
  const run = randomBytes(4).toString("hex");
  const now = Date.now();
  const each = [...before].map(([pod, levels]) => {
    const mark = makeMark(run, levels, task.ms, now);
    return followOne(cluster, task, pod, mark).catch((error: unknown): LogReport => {
      if (!(error instanceof InUse)) unlessInternal(error);
      const why = error instanceof InUse ? error.message : reasonOf(error);
      return { pod: nameOf(pod), end: "broken", why, restored: { levels: "back" } };
    });
  });
  return Promise.all(each);
}
