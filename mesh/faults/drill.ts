import { createHash } from "node:crypto";
import type { Settings } from "../../settings/types";
import type { MeshPlan } from "../meshPlan";
import { isActing, type DrillMetadata, type FaultObject } from "./faultObjects";
import { typeOf } from "./types";
import { faultObjects } from "./virtualServices";

const digest = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8);

/**
 * The name of the drill that the settings describe: another one as soon as a fault, its hosts, or the end changes.
 * @param generation bumped while the previous run's names are still in the state; default 0
 */
export function drillOf({ settings, serviceEntries }: MeshPlan, generation = 0): string {
  const { faults, expires = null } = settings.faultInjection;
  const entries = serviceEntries.filter(({ name }) => faults.some((fault) => typeOf(fault).entry(fault) === name));
  return `${settings.stack}-${digest([faults, expires, entries, ...(generation === 0 ? [] : [generation])])}`;
}

/** Whether the settings' faults are active: `ended` by a person, `expired` by their own end. */
export type DrillState = "off" | "on" | "expired" | "ended";

/** The settings' drill at this moment. */
export interface Drill {
  readonly state: DrillState;
  readonly generation: number;
  /** Whether all that the state has of faults, and all that is wanted, is in the cluster. */
  readonly inSync: boolean;
}

/** What is known beside the settings. VirtualServices are given as keys. */
export interface DrillFound {
  readonly now?: Date;
  /** Drills that a person ended with `mesh faults --off`. */
  readonly ended?: readonly string[];
  /** VirtualServices of faults in the stack's state. */
  readonly inState?: readonly string[];
  /** Objects of faults that the last run kept or made. */
  readonly keptByLastRun?: readonly string[];
  /** VirtualServices of faults in the cluster; absent: not asked. */
  readonly inCluster?: readonly string[] | undefined;
}

/**
 * The generation of the drill: the one whose objects the last run kept, else the first one none of whose names is used up.
 * Objects that a failed run deleted remain in the state; their names cannot be reused.
 */
function generationOf(keysOf: (generation: number) => readonly string[], found: DrillFound): number {
  const { inState = [], keptByLastRun = [] } = found;
  const usedUp = inState.filter((key) => !keptByLastRun.includes(key));
  const generations = Array.from({ length: inState.length + 1 }, (_, generation) => generation);
  const kept = generations.find((one) => keysOf(one).some((key) => inState.includes(key) && !usedUp.includes(key)));
  return kept ?? generations.find((one) => !keysOf(one).some((key) => usedUp.includes(key))) ?? 0;
}

/** Judges whether the settings' faults are to be active. */
export function drillNow(plan: MeshPlan, found: DrillFound = {}): Drill {
  const { now = new Date(), ended = [], inState = [], inCluster = inState } = found;
  const { enabled, faults, expires } = plan.settings.faultInjection;
  const keysOf = (of: number) => drillObjects(plan, { start: "", generation: of }).filter(isActing).map(keyOf);
  const generation = generationOf(keysOf, found);
  const wanted = keysOf(generation);
  const known = wanted.filter((key) => inState.includes(key));
  const inSync =
    inState.length > 0 &&
    inState.every((key) => inCluster.includes(key)) &&
    (known.length === 0 || known.length === wanted.length);
  const drill = (state: DrillState) => ({ state, generation, inSync });
  if (!enabled || faults.length === 0) return drill("off");
  if (ended.includes(drillOf(plan, generation)) || ended.includes(drillOf(plan))) return drill("ended");
  if (expires !== undefined && new Date(expires) <= now) return drill("expired");
  // Somebody removed them with kubectl.
  const removed = known.length > 0 && known.every((key) => !inCluster.includes(key));
  return drill(removed ? "ended" : "on");
}

/** The key of an object among those of a namespace. */
export const keyOf = ({ kind, metadata }: FaultObject) => `${kind}/${metadata.name}`;

/** The objects of the settings' faults. */
export function drillObjects(
  plan: MeshPlan,
  { start, generation = 0 }: Pick<DrillMetadata, "start"> & { readonly generation?: number },
): readonly FaultObject[] {
  const { namespace, faultInjection } = plan.settings;
  const end = faultInjection.expires ?? "none";
  const metadata = { namespace, drill: drillOf(plan, generation), start, end };
  return faultObjects(faultInjection.faults, plan.serviceEntries, metadata);
}

/** What of the settings is not about faults, as one short text: two that are equal differ in faults at the most. */
export function restOf(settings: Settings): string {
  const rest = Object.entries(settings).filter(([key]) => key !== "faultInjection" && key !== "kialiPassphrase");
  return digest(Object.fromEntries(rest));
}
