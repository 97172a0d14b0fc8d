import { overlay, type Values } from "../install/helmReleases";
import { isTree } from "../kubernetesObject";
import { ownerMark } from "../upgrade/helmHistory";
import type { FoundMesh, FoundRelease, RenderedPlan } from "./found";
import { givenValues, missingValues } from "./missingValues";
import { controlPlanePlan, oldReleaseOf } from "./ofNames";
import type { Asked } from "./types";

/** Whether a setting brings values of a chart; those of the charts with the CRDs are the program's own. */
export const hasValuesSetting = (chart: string) => !["base", "istio-init"].includes(chart);

/** How people log in to Kiali: the program says it unless the settings do, so that a login of another kind would be lost. */
const strategyOf = ({ auth }: Values) => (isTree(auth) ? auth["strategy"] : undefined);

function otherLogin(given: Values, { chart, values }: RenderedPlan, { kiali }: Asked["settings"]): Values {
  const strategy = chart === "kiali-server" ? strategyOf(given) : undefined;
  const isSaid = strategy === undefined || strategyOf(kiali.values) !== undefined || strategy === strategyOf(values);
  return isSaid ? {} : { auth: { strategy } };
}

/** What a chart was given: of one beside the control plane in an umbrella, what stands below its name. */
function givenIn({ chart }: RenderedPlan, release: FoundRelease | undefined, isControlPlane: boolean) {
  if (release === undefined || isControlPlane || release.chart === chart) return release?.given;
  const below = release.givenBelow?.[chart];
  return isTree(below) ? below : {};
}

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
  const isControlPlane = plan === controlPlanePlan(asked);
  const given = givenIn(plan, release, isControlPlane) ?? (isControlPlane ? found.givenWithoutHelm : {});
  return overlay(otherLogin(given, plan, asked.settings), missingValues(givenValues(given), plan.values));
}
