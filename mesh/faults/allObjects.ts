import type { MeshPlan } from "../meshPlan";
import { drillObjects } from "./drill";
import type { FaultObject } from "./faultObjects";
import { reaperObjects } from "./reaper";

/** Placeholder of a drill's start time until `up` runs. */
export const whenUpRuns = "when up runs";

/** The objects of the settings' faults, and of what ends them: all that their drill makes. */
export function faultObjectsOf(plan: MeshPlan, { start = whenUpRuns, generation = 0 } = {}): readonly FaultObject[] {
  const faults = drillObjects(plan, { start, generation });
  return [...faults, ...reaperObjects(plan, faults, { start, generation })];
}
