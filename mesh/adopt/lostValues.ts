import type { Values } from "../install/helmReleases";
import { ownerMark } from "../upgrade/helmHistory";
import type { FoundMesh, FoundRelease, RenderedPlan } from "./found";
import { givenValues, missingValues } from "./missingValues";
import { controlPlanePlan, oldReleaseOf } from "./ofNames";
import type { Asked } from "./types";

/** Whether a setting brings values of a chart; those of the charts with the CRDs are the program's own. */
export const hasValuesSetting = (chart: string) => !["base", "istio-init"].includes(chart);

/** Values that a planned release's old one was made with, and of which the settings say nothing. */
export function lostValues(
  plan: RenderedPlan,
  found: FoundMesh,
  asked: Pick<Asked, "plans" | "settings">,
  old: readonly FoundRelease[],
): Values {
  const release = oldReleaseOf(plan, old);
  // Of a release that this stack has upgraded already the values are the settings' own.
  if (release?.description.startsWith(ownerMark(asked.settings.stack)) === true) return {};
  const given = release?.given ?? (plan === controlPlanePlan(asked) ? found.givenWithoutHelm : {});
  return missingValues(givenValues(given), plan.values);
}
