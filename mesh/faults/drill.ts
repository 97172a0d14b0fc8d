import { createHash } from "node:crypto";
import type { Settings } from "../../settings/types";
import type { MeshPlan } from "../meshPlan";
import type { Fault } from "./fault";
import { isActing, type DrillMetadata, type FaultObject } from "./faultObjects";
import { typeOf } from "./types";
import { faultObjects } from "./virtualServices";

const digest = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8);

/** Part of a drill's name since the gate owns its objects: those that an older program made have other names. */
const owner = "gate";

/** The name of the drill that the settings describe: another one as soon as a fault, its hosts, or the end changes. */
export function drillOf(plan: MeshPlan): string {
  return `${plan.settings.stack}-${digest([owner, ...contentOf(plan)])}`;
}

function contentOf({ settings, serviceEntries }: MeshPlan): readonly unknown[] {
  const { faults, expires = null } = settings.faultInjection;
  const entries = serviceEntries.filter(({ name }) => faults.some((fault) => typeOf(fault).entry(fault) === name));
  return [faults, expires, entries];
}

/** Names under which a person may have ended the drill: its own, and the one that an older program gave it. */
const endedNames = (plan: MeshPlan) => [drillOf(plan), `${plan.settings.stack}-${digest(contentOf(plan))}`];

/** Whether the settings' faults are active: `ended` by a person, `expired` by their own end. */
export type DrillState = "off" | "on" | "expired" | "ended";

/** The settings' drill at this moment. */
export interface Drill {
  readonly state: DrillState;
  /** Whether all faults that the last run left active are in the cluster. */
  readonly inSync: boolean;
}

/** What is known beside the settings. VirtualServices are given as keys. */
export interface DrillFound {
  readonly now?: Date;
  /** Drills that a person ended with `mesh faults --off`. */
  readonly ended?: readonly string[];
  /** VirtualServices that the last run left active. */
  readonly active?: readonly string[];
  /** VirtualServices of faults in the cluster; absent: not asked. */
  readonly inCluster?: readonly string[] | undefined;
}

/** Judges whether the settings' faults are to be active. */
export function drillNow(plan: MeshPlan, found: DrillFound = {}): Drill {
  const { now = new Date(), ended = [], active = [], inCluster = active } = found;
  const { enabled, faults, expires } = plan.settings.faultInjection;
  const inSync = active.length > 0 && active.every((key) => inCluster.includes(key));
  const drill = (state: DrillState) => ({ state, inSync });
  if (!enabled || faults.length === 0) return drill("off");
  if (endedNames(plan).some((name) => ended.includes(name))) return drill("ended");
  if (expires !== undefined && new Date(expires) <= now) return drill("expired");
  const wanted = drillObjects(plan, { start: "" }).filter(isActing).map(keyOf);
  const known = wanted.filter((key) => active.includes(key));
  // Somebody removed them with kubectl, all or one: the drill is over.
  const removed = known.some((key) => !inCluster.includes(key));
  return drill(removed ? "ended" : "on");
}

/** The key of an object among those of a namespace. */
export const keyOf = ({ kind, metadata }: FaultObject) => `${kind}/${metadata.name}`;

/** The objects of the settings' faults. */
export function drillObjects(plan: MeshPlan, { start }: Pick<DrillMetadata, "start">): readonly FaultObject[] {
  const { namespace, faultInjection } = plan.settings;
  const end = faultInjection.expires ?? "none";
  const metadata = { namespace, drill: drillOf(plan), start, end };
  return faultObjects(faultInjection.faults, plan.serviceEntries, metadata);
}

/** The settings' faults of which every VirtualService is among those that are given as keys. */
export function faultsOf(plan: MeshPlan, keys: readonly string[]): readonly Fault[] {
  const { namespace, faultInjection } = plan.settings;
  const marks = { namespace, drill: drillOf(plan), start: "", end: "" };
  const isIn = (fault: Fault) =>
    faultObjects([fault], plan.serviceEntries, marks)
      .filter(isActing)
      .every((one) => keys.includes(keyOf(one)));
  return faultInjection.faults.filter(isIn);
}

/** Secrets have no part in it: the text stands in the state in clear. */
const notRest = ["faultInjection", "kialiPassphrase", "kialiSigningKey", "chartCredentials"];

/** What of the settings is not about faults, as one short text: two that are equal differ in faults at the most. */
export function restOf(settings: Settings): string {
  return digest(Object.fromEntries(Object.entries(settings).filter(([key]) => !notRest.includes(key))));
}
