import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../mesh/faults/fault";
import { hitsText, noHits, plus, type Hits } from "../mesh/faults/hits";
import { hostsOf, faultObjects } from "../mesh/faults/objects";
import { judgeFaults } from "../mesh/faults/judge";
import { releasePlans } from "../mesh/values";
import { servingOf, targetVersion } from "../mesh/serving";
import type { Settings } from "../settings/parse";
import { isNotFound, reasonOf } from "./errors";
import { dropped } from "./endFaults";
import { collectionOf, faultParts, putIn, removeParts } from "./faultParts";
import { observeFaults } from "./faults";
import type { Cluster } from "./kubernetes";
import { probe } from "./probe";
import { readHits } from "./sidecars";

/** A drill that is asked for. */
export interface DrillTask {
  readonly settings: Settings;
  readonly fault: Fault;
  readonly ms: number;
  /** Command or URL that has to work before, and meanwhile. */
  readonly probe?: string | undefined;
  /** Ends the drill at once. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** Told each second what is left, and how often the fault was felt. */
  readonly tick: (leftMs: number, hits: Hits) => void;
}

/** What speaks against a drill, before anything changed. */
export class Refused extends Error {}

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
  readonly hits: Hits;
  readonly proxies: Awaited<ReturnType<typeof dropped>>;
}

/**
 * Judges a drill before anything changes.
 * @returns what it will do, a line each
 * @throws Refused that says all that speaks against it
 */
async function judgeDrill(task: DrillTask): Promise<readonly string[]> {
  const { settings, fault } = task;
  const { kubernetes, namespace, layout, istio, production, rollout } = settings;
  const wanted = {
    ...{ namespace, layout, controlPlane: istio.controlPlane, version: istio.version, revision: istio.revision },
    target: targetVersion(settings),
    recorded: undefined,
    releases: istio.controlPlane === "managed" ? releasePlans(settings).map(({ name }) => name) : [],
    rollout: { ...rollout, serving: servingOf(settings) },
    targets: [{ fault, hosts: hostsOf(fault, settings) }],
    expires: new Date(Date.now() + task.ms).toISOString(),
    beside: true,
  };
  const { refused, notes } = judgeFaults(await observeFaults(kubernetes, wanted), wanted);
  const forbidden = production ? ["production: true in the settings: faults are not put in there"] : [];
  const unsteady = task.probe === undefined ? undefined : await probe(task.probe);
  const steady = unsteady === undefined ? [] : [`the steady state is not there before the drill: ${unsteady}`];
  const all = [...forbidden, ...refused, ...steady];
  if (all.length > 0) throw new Refused(all.join("; "));
  return notes;
}

/** Takes the drill's VirtualServices out, and what only they led to. */
async function takeOut(cluster: Cluster, namespace: string, names: readonly string[]): Promise<void> {
  const parts = await faultParts(cluster, namespace);
  const own = parts.filter(({ kind, name }) => kind === "VirtualService" && names.includes(name));
  const others = parts.some(({ kind, name }) => kind === "VirtualService" && !names.includes(name));
  await removeParts(cluster, namespace, others ? own : parts);
}

/** The same, until it works: a fault must not stay because the API server was away for a moment. */
async function takeOutSurely(cluster: Cluster, namespace: string, names: readonly string[], log: DrillTask["log"]) {
  for (let turn = 1; ; turn++) {
    try {
      await takeOut(cluster, namespace, names);
      return;
    } catch (error) {
      if (turn === 60) throw error;
      log(`the fault cannot be taken out (${reasonOf(error)}); trying again`);
      await sleep(1000);
    }
  }
}

async function watch(cluster: Cluster, task: DrillTask, name: string, end: number, before: Hits) {
  const { settings, signal, tick } = task;
  // A function: it changes while something is awaited.
  const stopped = () => signal.aborted;
  let hits = noHits;
  for (let turn = 0; Date.now() < end; turn++) {
    if (stopped()) return { why: "hand" as const, hits };
    tick(end - Date.now(), hits);
    if (task.probe !== undefined && turn % 2 === 0) {
      const failed = await probe(task.probe);
      // Ctrl-C reaches the command as well.
      if (failed !== undefined && !stopped()) return { why: "probe" as const, probe: failed, hits };
    }
    if (turn % 5 === 0) {
      const path = `${collectionOf("VirtualService", settings.namespace)}/${name}`;
      const gone = await cluster.send("GET", path).then(() => false, isNotFound);
      if (gone) return { why: "elsewhere" as const, hits };
      hits = await readHits(cluster, settings.namespace).then(
        (now) => plus(now.hits, before, -1),
        () => hits,
      );
    }
    await sleep(Math.min(1000, Math.max(0, end - Date.now())), undefined, { signal }).catch(() => undefined);
  }
  return { why: "time" as const, hits };
}

/**
 * Runs a drill: judges it, puts the fault in, watches, and takes it out whatever happens.
 * @throws Refused, when it was not begun; Error that says why the fault could not be put in, or taken out
 */
export async function runDrill(cluster: Cluster, task: DrillTask, drill: string): Promise<DrillReport> {
  const { settings, fault, log } = task;
  const { namespace } = settings;
  const start = new Date().toISOString();
  const marks = { namespace, drill, start, end: new Date(Date.now() + task.ms).toISOString() };
  const objects = faultObjects([fault], settings, marks);
  for (const line of await judgeDrill(task)) log(line);
  const before = await readHits(cluster, namespace).then(
    ({ hits }) => hits,
    () => noHits,
  );
  const names = objects.filter(({ kind }) => kind === "VirtualService").map(({ metadata }) => metadata.name);
  let seen: Awaited<ReturnType<typeof watch>>;
  try {
    await putIn(cluster, namespace, objects);
    log(`drill ${drill}: the fault is in`);
    seen = await watch(cluster, task, names[0] ?? "", Date.now() + task.ms, before);
  } finally {
    await takeOutSurely(cluster, namespace, names, log);
  }
  log("the fault is out; asking the proxies whether they have dropped it");
  const after = await readHits(cluster, namespace).then(
    (now) => plus(now.hits, before, -1),
    () => seen.hits,
  );
  log(hitsText(after));
  const proxies = await dropped(cluster, namespace, names);
  return { drill, start, end: new Date().toISOString(), ...seen, hits: after, proxies };
}
