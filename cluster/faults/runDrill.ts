import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../../mesh/faults/fault";
import type { FaultCounters } from "../../mesh/faults/faultCounters";
import { plannedImage } from "../../mesh/faults/allObjects";
import { isActing, type FaultObject } from "../../mesh/faults/faultObjects";
import { judgeFaults } from "../../mesh/faults/judgeFaults";
import { faultsWanted } from "../../mesh/faults/judgeInputs";
import { reaperObjects } from "../../mesh/faults/reaper";
import { faultObjects } from "../../mesh/faults/virtualServices";
import type { MeshPlan } from "../../mesh/meshPlan";
import { isNotFound, isUnknown } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { unconfirmed, waitUntilDropped, type Dropped } from "./endFaults";
import { aheadText, clockAhead } from "./clockAhead";
import { CounterReader } from "./counterReader";
import { collectionOf, injectFaultObjects } from "./faultObjects";
import { observeFaults } from "./observeFaults";
import { probe } from "./probe";
import { NoReaper, placeReaper, reaperSeconds, startReaper } from "./reaper";
import { removeUntilGone } from "./removeDrill";

/** A drill that is asked for. */
export interface DrillTask {
  readonly plan: MeshPlan;
  readonly fault: Fault;
  readonly ms: number;
  /** Command or URL that has to work before, and meanwhile. */
  readonly probe?: string | undefined;
  /** Whether a Job ends the fault where this process cannot: the drill does not begin without it. */
  readonly reaper: boolean;
  /** Ends the drill at once. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** Told each second what is left, and how often the fault was felt. */
  readonly tick: (leftMs: number, hits: FaultCounters) => void;
}

/** What speaks against a drill, before anything changed. */
export class DrillRefused extends Error {}

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

/** What speaks against a drill in what is in the cluster at this moment. */
async function judgeNow(cluster: Cluster, { plan, fault, ms }: DrillTask, drill: string) {
  const expires = new Date(Date.now() + ms).toISOString();
  const wanted = { ...faultsWanted(plan, [fault]), expires, besides: drill, entriesMade: true };
  return judgeFaults(await observeFaults(cluster, wanted), wanted);
}

/**
 * Judges a drill before anything changes.
 * @returns what it will do, a line each
 * @throws DrillRefused that says all that speaks against it
 */
async function judgeDrill(cluster: Cluster, task: DrillTask, drill: string): Promise<readonly string[]> {
  const { plan } = task;
  const { refused, notes } = await judgeNow(cluster, task, drill);
  if (task.signal.aborted) throw new DrillRefused(stoppedEarly);
  const forbidden = plan.settings.production ? ["production: true in the settings: faults are not injected there"] : [];
  const unsteady = task.probe === undefined ? undefined : await probe(task.probe, task.signal);
  const steady = unsteady === undefined ? [] : [`the steady state is not there before the drill: ${unsteady}`];
  const all = [...forbidden, ...refused, ...steady];
  if (all.length > 0) throw new DrillRefused(all.join("; "));
  return notes;
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

/**
 * What ends the fault should this process be gone by then: after the drill's own end by as much as it may take to start.
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
  const marks = { namespace, drill, start: isoOf(now), end: isoOf(now + ms + reaperSeconds * 1000) };
  const { objects, notes } = await placeReaper(cluster, namespace, reaperObjects(marks, names, plannedImage(plan)));
  for (const line of notes) log(line);
  return objects;
}

const withoutReaper =
  "With --no-reaper the drill runs without it: should this command be killed, the fault stays until mesh faults --off";

const stoppedEarly = "stopped by hand before it began";

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
  const names = objectsAt(0)
    .filter(isActing)
    .map(({ metadata }) => metadata.name);
  const reaper = task.reaper ? await reaperOf(cluster, task, { drill, names, ahead }) : [];
  let made: readonly FaultObject[] = objectsAt(0);
  let begin: number;
  let seen: Awaited<ReturnType<typeof watch>>;
  try {
    await startReaper(cluster, namespace, { objects: reaper }, signal);
    made = [...made, ...reaper];
    if (isAborted(signal)) throw new DrillRefused(stoppedEarly);
    // Its start took time, in which somebody else may have begun something.
    const { refused } = await judgeNow(cluster, task, drill);
    if (refused.length > 0) throw new DrillRefused(refused.join("; "));
    begin = Date.now();
    await injectFaultObjects(cluster, namespace, objectsAt(begin), signal).catch((error: unknown) => {
      if (isUnknown(error) && reaper.length > 0) {
        // It may be made when nobody looks any more: what ends it stays.
        made = objectsAt(0);
        log("whether the API server makes the fault after all is not known: the Job that ends it stays until its time");
      }
      throw error;
    });
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
