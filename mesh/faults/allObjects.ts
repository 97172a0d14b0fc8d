import type { MeshPlan } from "../meshPlan";
import { drillObjects } from "./drill";
import { isActing, type FaultObject } from "./faultObjects";
import { reaperObjects } from "./reaper";

/** Placeholder of a drill's start time until `up` runs. */
export const whenUpRuns = "when up runs";

/** The objects of the settings' faults, and of what ends them: all that their drill makes. */
export function faultObjectsOf(plan: MeshPlan, { start = whenUpRuns } = {}): readonly FaultObject[] {
  const faults = drillObjects(plan, { start });
  // What ends them on time is there before they are.
  return [
    ...faults.filter((one) => !isActing(one)),
    ...reaperObjects(plan, faults, { start }),
    ...faults.filter(isActing),
  ];
}
