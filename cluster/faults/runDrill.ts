import { setTimeout as sleep } from "node:timers/promises";
import type { FaultCounters } from "../../mesh/faults/faultCounters";
import { plannedImage } from "../../mesh/faults/allObjects";
import { isActing, type FaultObject } from "../../mesh/faults/faultObjects";
import { reaperObjects } from "../../mesh/faults/reaper";
import { faultObjects } from "../../mesh/faults/virtualServices";
import { isNotFound, isUnknown } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { unconfirmed, waitUntilDropped, type Dropped } from "./endFaults";
import { aheadText, clockAhead } from "./clockAhead";
import { CounterReader } from "./counterReader";
import { collectionOf, injectFaultObjects } from "./faultObjects";
import { DrillRefused, judgeDrill, refuseNow, stoppedEarly, type DrillTask } from "./judgeDrill";
import { probe } from "./probe";
import { NoReaper, placeReaper, reaperSeconds, startReaper } from "./reaper";
import { removeUntilGone } from "./removeDrill";

/** Why a drill ended. */
export type DrillEnd = "time" | "probe" | "hand" | "elsewhere";

/** How a drill went. */
export interface DrillReport {
  readonly drill: string;
  readonly start: string;
  readonly end: string;
  readonly why: DrillEnd;
  /** What the probe said when it failed. */
  readonly probe?: string;
  readonly hits: FaultCounters;
  readonly proxies: Dropped;
}

const isoOf = (time: number) => new Date(time).toISOString();

/** A function: it changes while something is awaited. */
const isAborted = (signal: AbortSignal) => signal.aborted;

async function watch(cluster: Cluster, task: DrillTask, name: string, end: number, counter: CounterReader) {
  // Whichever comes first: a clock may be set back meanwhile, and the other one rests while the machine sleeps.
  const until = performance.now() + end - Date.now();
  const leftMs = () => Math.min(end - Date.now(), until - performance.now());
  const { plan, signal, tick } = task;
  const stopped = () => isAborted(signal);
  for (let turn = 0; leftMs() > 0; turn++) {
    if (stopped()) return { why: "hand" as const };
    tick(leftMs(), counter.hits);
    if (task.probe !== undefined && turn % 2 === 0) {
      const left = leftMs();
      const failed = await probe(task.probe, signal, left);
      // Its end came before the probe's answer, or Ctrl-C did.
      const early = left < 10_000 && leftMs() <= 0;
      if (failed !== undefined && !stopped() && !early) return { why: "probe" as const, probe: failed };
    }
    if (turn % 5 === 0) {
      const path = `${collectionOf("VirtualService", plan.settings.namespace)}/${name}`;
      const look = bounded("the fault", 5, cluster.send("GET", path));
      if (await look.then(() => false, isNotFound)) return { why: "elsewhere" as const };
      counter.look();
    }
    await sleep(Math.min(1000, Math.max(0, leftMs())), undefined, { signal }).catch(() => undefined);
  }
  return { why: "time" as const };
}

/** How long after the drill's own end its Job ends it, in milliseconds: what it may take to start, and to judge once more. */
const lateMs = (reaperSeconds + 30) * 1000;

/**
 * What ends the fault should this process be gone by then.
 * @param names the drill's VirtualServices
 * @param ahead by how much the cluster's clock is ahead, in milliseconds
 */
async function reaperOf(
  cluster: Cluster,
  { plan, ms, log }: DrillTask,
  { drill, names, ahead }: { readonly drill: string; readonly names: readonly string[]; readonly ahead: number },
) {
  const { namespace } = plan.settings;
  const now = Date.now() + ahead;
  const marks = { namespace, drill, start: isoOf(now), end: isoOf(now + ms + lateMs) };
  const { objects, notes } = await placeReaper(cluster, namespace, reaperObjects(marks, names, plannedImage(plan)));
  for (const line of notes) log(line);
  return objects;
}

const withoutReaper =
  "With --no-reaper the drill runs without it: should this command be killed, the fault stays until mesh faults --off";

/**
 * Runs a drill: judges it, injects the fault, watches, and removes it whatever happens.
 * @throws DrillRefused, when it was not begun; Error that says why the fault could not be injected, or removed
 */
export async function runDrill(cluster: Cluster, task: DrillTask, drill: string): Promise<DrillReport> {
  const { plan, fault, ms, log, signal } = task;
  const { namespace } = plan.settings;
  for (const line of await judgeDrill(cluster, task, drill)) log(line);
  const counter = new CounterReader(cluster, namespace);
  await counter.begin();
  if (signal.aborted) throw new DrillRefused(stoppedEarly);
  // What ends a drill whose process is gone goes by the cluster's clock: so does what is written down for it.
  const ahead = await clockAhead(cluster, namespace);
  if (ahead !== 0) log(aheadText(ahead));
  const objectsAt = (time: number) => {
    const start = time + ahead;
    return faultObjects([fault], plan.serviceEntries, {
      namespace,
      drill,
      start: isoOf(start),
      end: isoOf(start + ms),
    });
  };
  const own = objectsAt(0);
  const names = own.filter(isActing).map(({ metadata }) => metadata.name);
  const reaper = task.reaper ? await reaperOf(cluster, task, { drill, names, ahead }) : [];
  let made: readonly FaultObject[] = own;
  let begin: number;
  let seen: Awaited<ReturnType<typeof watch>>;
  try {
    await startReaper(cluster, namespace, { objects: reaper }, signal);
    made = [...own, ...reaper];
    if (isAborted(signal)) throw new DrillRefused(stoppedEarly);
    // Its start took time, in which somebody else may have begun something.
    await refuseNow(cluster, task, drill);
    if (isAborted(signal)) throw new DrillRefused(stoppedEarly);
    begin = Date.now();
    await injectFaultObjects(cluster, namespace, objectsAt(begin), { signal }).catch((error: unknown) => {
      if (isUnknown(error) && reaper.length > 0) {
        // It may be made when nobody looks any more: what ends it stays.
        made = own;
        log("whether the API server makes the fault after all is not known: the Job that ends it stays until its time");
      }
      throw error;
    });
    // Of two that came in at the same moment at least one sees the other, and goes.
    await refuseNow(cluster, task, drill);
    log(`drill ${drill}: the fault is active`);
    seen = await watch(cluster, task, names[0] ?? "", begin + ms, counter);
  } catch (error) {
    if (error instanceof NoReaper) throw new DrillRefused(`${error.message}. ${withoutReaper}`);
    throw error;
  } finally {
    await removeUntilGone(cluster, namespace, { drill, objects: made }, log);
  }
  log("the fault is removed; asking the proxies whether they have dropped it");
  const ended = isoOf(Date.now());
  await counter.read();
  const proxies = await waitUntilDropped(cluster, namespace, names).catch(unconfirmed);
  return { drill, start: isoOf(begin), end: ended, ...seen, hits: counter.hits, proxies };
}
