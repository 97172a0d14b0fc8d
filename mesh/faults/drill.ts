import { createHash } from "node:crypto";
import type { Settings } from "../../settings/parse";
import type { Fault } from "./fault";
import { serviceEntries, type ExternalSettings } from "../serviceEntries";
import { entryName, faultObjects } from "./objects";
import type { DrillMarks } from "./parts";
import { type FaultObject } from "./parts";

const digest = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8);

/** What of the settings a drill is made from. */
export type DrillSettings = Pick<Settings, "stack" | "faultInjection"> & ExternalSettings;

/** The name of the drill that the settings describe: another one as soon as a fault, its hosts, or the end changes. */
export function drillOf(settings: DrillSettings): string {
  const { faults, expires = null } = settings.faultInjection;
  const entries = serviceEntries(settings).filter(({ name }) =>
    faults.some((fault) => fault.type === "externalHost" && entryName(fault.service) === name),
  );
  return `${settings.stack}-${digest([faults, expires, entries])}`;
}

/** Whether the settings' faults are in: `ended` by a person with `mesh faults --off`, `expired` by their own end. */
export type DrillState = "off" | "on" | "expired" | "ended";

/**
 * Judges whether the settings' faults are to be in.
 * @param ended the drills that a person ended by hand
 */
export function drillState(
  settings: DrillSettings,
  { ended = [], now = new Date() }: { readonly ended?: readonly string[]; readonly now?: Date } = {},
): DrillState {
  const { enabled, faults, expires } = settings.faultInjection;
  if (!enabled || faults.length === 0) return "off";
  if (ended.includes(drillOf(settings))) return "ended";
  return expires !== undefined && new Date(expires) <= now ? "expired" : "on";
}

/** The key of an object among those of a namespace. */
export const keyOf = ({ kind, metadata }: FaultObject) => `${kind}/${metadata.name}`;

/** The objects of the settings' faults. */
export function drillObjects(
  settings: Settings,
  marks: Pick<DrillMarks, "start"> & { readonly faults?: readonly Fault[] },
): readonly FaultObject[] {
  const { namespace, faultInjection } = settings;
  const end = faultInjection.expires ?? "none";
  return faultObjects(marks.faults ?? faultInjection.faults, settings, {
    namespace,
    drill: drillOf(settings),
    start: marks.start,
    end,
  });
}

/** What of the settings is not about faults, as one short text: two that are equal differ in faults at the most. */
export function restOf(settings: Settings): string {
  const rest = Object.entries(settings).filter(([key]) => key !== "faultInjection" && key !== "kialiPassphrase");
  return digest(Object.fromEntries(rest));
}
