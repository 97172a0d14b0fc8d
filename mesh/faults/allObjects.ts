import type { Settings } from "../../settings/types";
import { drillObjects } from "./drill";
import type { FaultObject } from "./faultObjects";
import { reaperObjects } from "./reaper";

/** In the place of a drill's start while that is to come. */
export const whenUpRuns = "when up runs";

/** The objects of the settings' faults, and of what ends them: all that their drill makes. */
export function faultObjectsOf(settings: Settings, { start = whenUpRuns, turn = 0 } = {}): readonly FaultObject[] {
  const faults = drillObjects(settings, { start, turn });
  return [...faults, ...reaperObjects(settings, faults, { start, turn })];
}
