import { setTimeout as sleep } from "node:timers/promises";
import type { FoundFaultObject } from "../../mesh/faults/endingFaults";
import type { Fault } from "../../mesh/faults/fault";
import { countedSince, type FaultCounters, type PodCounters } from "../../mesh/faults/faultCounters";
import { endLine, faultAnnotations, isActing, type FaultObject } from "../../mesh/faults/faultObjects";
import { judgeFaults } from "../../mesh/faults/judgeFaults";
import { faultsWanted } from "../../mesh/faults/judgeInputs";
import { faultObjects } from "../../mesh/faults/virtualServices";
import type { MeshPlan } from "../../mesh/meshPlan";
import { isNotFound, reasonOf } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { unconfirmed, waitUntilDropped, type Dropped } from "./endFaults";
import { collectionOf, createFaultObjects, deleteFaultObjects, readFaultObjects } from "./faultObjects";
import { observeFaults } from "./observeFaults";
import { probe } from "./probe";
import { readFaultCounters } from "./sidecarAdmin";

/** How long it is tried to remove a fault, in milliseconds. */
const cleanUpMs = 300_000;

/** A drill that is asked for. */
export interface DrillTask {
  readonly plan: MeshPlan;
  readonly fault: Fault;
  readonly ms: number;
  /** Command or URL that has to work before, and meanwhile. */
  readonly probe?: string | undefined;
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

/**
 * Judges a drill before anything changes.
 * @returns what it will do, a line each
 * @throws DrillRefused that says all that speaks against it
 */
async function judgeDrill(cluster: Cluster, task: DrillTask, drill: string): Promise<readonly string[]> {
  const { plan, fault } = task;
  const expires = new Date(Date.now() + task.ms).toISOString();
  const wanted = { ...faultsWanted(plan, [fault]), expires, besides: drill, entriesMade: true };
  const { refused, notes } = judgeFaults(await observeFaults(cluster, wanted), wanted);
  if (task.signal.aborted) throw new DrillRefused("stopped by hand before it began");
  const forbidden = plan.settings.production ? ["production: true in the settings: faults are not injected there"] : [];
  const unsteady = task.probe === undefined ? undefined : await probe(task.probe, task.signal);
  const steady = unsteady === undefined ? [] : [`the steady state is not there before the drill: ${unsteady}`];
  const all = [...forbidden, ...refused, ...steady];
  if (all.length > 0) throw new DrillRefused(all.join("; "));
  return notes;
}

/** Removes the drill's VirtualServices, and what only they led to. */
async function deleteDrillObjects(
  cluster: Cluster,
  namespace: string,
  objects: readonly FaultObject[],
  drill: string,
): Promise<void> {
  const own = objects.map(({ kind, metadata }) => ({ kind, name: metadata.name }));
  await deleteFaultObjects(cluster, namespace, own.filter(isActing));
  const parts = await readFaultObjects(cluster, namespace);
  if (parts.some(isActing)) return;
  // What another drill has marked as its own is about to be used.
  const isMine = ({ key, annotations = {} }: FoundFaultObject) =>
    annotations[faultAnnotations.drill] === drill && own.some(({ kind, name }) => `${kind}/${name}` === key);
  await deleteFaultObjects(cluster, namespace, parts.filter(isMine));
}

/** The same, until it works: a fault must not stay because the API server was away for a moment. */
async function deleteUntilGone(
  cluster: Cluster,
  namespace: string,
  objects: readonly FaultObject[],
  drill: string,
  log: DrillTask["log"],
) {
  for (const end = Date.now() + cleanUpMs; ;) {
    try {
      await deleteDrillObjects(cluster, namespace, objects, drill);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      log(`the fault cannot be removed (${reasonOf(error)}); trying again. By hand: ${endLine(namespace)}`);
      await sleep(2000);
    }
  }
}

/** Counts what is felt beside the rest: a proxy that does not answer holds nothing up. */
class CounterReader {
  private before: PodCounters = [];
  private now: PodCounters = [];
  private busy: Promise<void> | undefined;

  public constructor(
    private readonly cluster: Cluster,
    private readonly namespace: string,
  ) {}

  public get hits(): FaultCounters {
    return countedSince(this.now, this.before);
  }

  /** Reads what there was before the drill. */
  public async begin(): Promise<void> {
    await this.read();
    this.before = this.now;
  }

  /** Begins to read, unless it is reading. */
  public look(): void {
    this.busy ??= this.read().finally(() => (this.busy = undefined));
  }

  public async read(): Promise<void> {
    const found = await readFaultCounters(this.cluster, this.namespace).catch(() => undefined);
    if (found === undefined) return;
    // What a proxy said before counts where it says nothing now.
    this.now = [...new Map([...this.now, ...found.answers])];
  }
}

async function watch(cluster: Cluster, task: DrillTask, name: string, end: number, counter: CounterReader) {
  const { plan, signal, tick } = task;
  // A function: it changes while something is awaited.
  const stopped = () => signal.aborted;
  for (let turn = 0; Date.now() < end; turn++) {
    if (stopped()) return { why: "hand" as const };
    tick(end - Date.now(), counter.hits);
    if (task.probe !== undefined && turn % 2 === 0) {
      const left = end - Date.now();
      const failed = await probe(task.probe, signal, left);
      // Its end came before the probe's answer, or Ctrl-C did.
      const early = left < 10_000 && Date.now() >= end;
      if (failed !== undefined && !stopped() && !early) return { why: "probe" as const, probe: failed };
    }
    if (turn % 5 === 0) {
      const path = `${collectionOf("VirtualService", plan.settings.namespace)}/${name}`;
      const look = bounded("the fault", 5, cluster.send("GET", path));
      if (await look.then(() => false, isNotFound)) return { why: "elsewhere" as const };
      counter.look();
    }
    await sleep(Math.min(1000, Math.max(0, end - Date.now())), undefined, { signal }).catch(() => undefined);
  }
  return { why: "time" as const };
}

/**
 * Runs a drill: judges it, injects the fault, watches, and removes it whatever happens.
 * @throws DrillRefused, when it was not begun; Error that says why the fault could not be injected, or removed
 */
export async function runDrill(cluster: Cluster, task: DrillTask, drill: string): Promise<DrillReport> {
  const { plan, fault, log, signal } = task;
  const { namespace } = plan.settings;
  for (const line of await judgeDrill(cluster, task, drill)) log(line);
  const counter = new CounterReader(cluster, namespace);
  await counter.begin();
  if (signal.aborted) throw new DrillRefused("stopped by hand before it began");
  const begin = Date.now();
  const [start, end] = [begin, begin + task.ms].map((time) => new Date(time).toISOString());
  const metadata = { namespace, drill, start: start ?? "", end: end ?? "" };
  const objects = faultObjects([fault], plan.serviceEntries, metadata);
  const names = objects.filter(isActing).map(({ metadata }) => metadata.name);
  let seen: Awaited<ReturnType<typeof watch>>;
  try {
    await createFaultObjects(cluster, namespace, objects, signal);
    log(`drill ${drill}: the fault is active`);
    seen = await watch(cluster, task, names[0] ?? "", begin + task.ms, counter);
  } finally {
    await deleteUntilGone(cluster, namespace, objects, drill, log);
  }
  log("the fault is removed; asking the proxies whether they have dropped it");
  const ended = new Date().toISOString();
  await counter.read();
  const proxies = await waitUntilDropped(cluster, namespace, names).catch(unconfirmed);
  return { drill, start: metadata.start, end: ended, ...seen, hits: counter.hits, proxies };
}
