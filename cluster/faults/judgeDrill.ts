import type { Fault } from "../../mesh/faults/fault";
import type { FaultCounters } from "../../mesh/faults/faultCounters";
import { judgeFaults } from "../../mesh/faults/judgeFaults";
import { faultsWanted } from "../../mesh/faults/judgeInputs";
import type { MeshPlan } from "../../mesh/meshPlan";
import type { Cluster } from "../client/kubernetesClient";
import { observeFaults } from "./observeFaults";
import { probe } from "./probe";

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

/** What is said of a drill that is over before it has begun. */
export const stoppedEarly = "stopped by hand before it began";

/** What speaks against a drill in what is in the cluster at this moment. */
async function judgeNow(cluster: Cluster, { plan, fault, ms }: DrillTask, drill: string) {
  const expires = new Date(Date.now() + ms).toISOString();
  const wanted = { ...faultsWanted(plan, [fault]), expires, besides: drill, entriesMade: true };
  return judgeFaults(await observeFaults(cluster, wanted), wanted);
}

/** @throws DrillRefused where something speaks against a drill that is on its way */
export async function refuseNow(cluster: Cluster, task: DrillTask, drill: string): Promise<void> {
  const { refused } = await judgeNow(cluster, task, drill);
  if (refused.length > 0) throw new DrillRefused(refused.join("; "));
}

/**
 * Judges a drill before anything changes.
 * @returns what it will do, a line each
 * @throws DrillRefused that says all that speaks against it
 */
export async function judgeDrill(cluster: Cluster, task: DrillTask, drill: string): Promise<readonly string[]> {
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
