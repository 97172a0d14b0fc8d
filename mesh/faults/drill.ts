import { createHash } from "node:crypto";
import type { Settings } from "../../settings/types";
import { serviceEntries, type ExternalSettings } from "../install/serviceEntries";
import { isActing, type DrillMarks, type FaultObject } from "./faultObjects";
import { entryName, faultObjects } from "./virtualServices";

const digest = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8);

/** What of the settings a drill is made from. */
export type DrillSettings = Pick<Settings, "stack" | "faultInjection"> & ExternalSettings;

/**
 * The name of the drill that the settings describe: another one as soon as a fault, its hosts, or the end changes.
 * @param turn another one for the same, where objects of the one before are in the state and were taken out
 */
export function drillOf(settings: DrillSettings, turn = 0): string {
  const { faults, expires = null } = settings.faultInjection;
  const entries = serviceEntries(settings).filter(({ name }) =>
    faults.some((fault) => fault.type === "externalHost" && entryName(fault.service) === name),
  );
  return `${settings.stack}-${digest([faults, expires, entries, ...(turn === 0 ? [] : [turn])])}`;
}

/** Whether the settings' faults are in: `ended` by a person, `expired` by their own end. */
export type DrillState = "off" | "on" | "expired" | "ended";

/** The settings' drill at this moment. */
export interface Drill {
  readonly state: DrillState;
  readonly turn: number;
  /** Whether all that the state has of faults, and all that is wanted, is in the cluster. */
  readonly live: boolean;
}

/** What is known beside the settings. */
export interface DrillFound {
  readonly now?: Date;
  /** Drills that a person ended with `mesh faults --off`. */
  readonly ended?: readonly string[];
  /** VirtualServices of faults in the stack's state, as keys. */
  readonly inState?: readonly string[];
  /** Objects of faults that the last run's gate let stand. */
  readonly stood?: readonly string[];
  /** VirtualServices of faults in the cluster, as keys; absent: not asked. */
  readonly inCluster?: readonly string[] | undefined;
}

/** Judges whether the settings' faults are to be in. */
export function drillNow(settings: Settings, found: DrillFound = {}): Drill {
  const { now = new Date(), ended = [], inState = [], stood = [], inCluster = inState } = found;
  const { enabled, faults, expires } = settings.faultInjection;
  // What the gate took out in a run that did not come to its end is still in the state: its names are used up.
  const usedUp = inState.filter((key) => !stood.includes(key));
  const keysOf = (turn: number) => drillObjects(settings, { start: "", turn }).filter(isActing).map(keyOf);
  const turns = Array.from({ length: inState.length + 1 }, (_, turn) => turn);
  const stands = turns.find((turn) => keysOf(turn).some((key) => inState.includes(key) && stood.includes(key)));
  const turn = stands ?? turns.find((one) => !keysOf(one).some((key) => usedUp.includes(key))) ?? 0;
  const wanted = keysOf(turn);
  const known = wanted.filter((key) => inState.includes(key));
  const live =
    inState.length > 0 &&
    inState.every((key) => inCluster.includes(key)) &&
    (known.length === 0 || known.length === wanted.length);
  const drill = (state: DrillState) => ({ state, turn, live });
  if (!enabled || faults.length === 0) return drill("off");
  if (ended.includes(drillOf(settings, turn)) || ended.includes(drillOf(settings))) return drill("ended");
  if (expires !== undefined && new Date(expires) <= now) return drill("expired");
  // Somebody removed them with kubectl.
  const removed = known.length > 0 && known.every((key) => !inCluster.includes(key));
  return drill(removed ? "ended" : "on");
}

/** The key of an object among those of a namespace. */
export const keyOf = ({ kind, metadata }: FaultObject) => `${kind}/${metadata.name}`;

/** The objects of the settings' faults. */
export function drillObjects(
  settings: Settings,
  { start, turn = 0 }: Pick<DrillMarks, "start"> & { readonly turn?: number },
): readonly FaultObject[] {
  const { namespace, faultInjection } = settings;
  const end = faultInjection.expires ?? "none";
  return faultObjects(faultInjection.faults, settings, {
    namespace,
    drill: drillOf(settings, turn),
    start,
    end,
  });
}

/** What of the settings is not about faults, as one short text: two that are equal differ in faults at the most. */
export function restOf(settings: Settings): string {
  const rest = Object.entries(settings).filter(([key]) => key !== "faultInjection" && key !== "kialiPassphrase");
  return digest(Object.fromEntries(rest));
}
