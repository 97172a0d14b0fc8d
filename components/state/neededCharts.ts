import type { NeededChart } from "../../charts/provide";
import { chartPath, type ChartSource } from "../../mesh/install/chartSources";
import { istioRepositories } from "../../mesh/install/helmReleases";
import type { MeshPlan } from "../../mesh/meshPlan";
import { chartOf, type StackState, type StateRelease } from "./stackState";

/**
 * The charts of a stack's releases, those of kept control planes included.
 * @param kept control planes of the state that are registered as they are
 */
export function neededCharts(
  { settings, releases: plans }: MeshPlan,
  { releases }: StackState,
  kept: readonly StateRelease[],
): readonly NeededChart[] {
  if (settings.istio.controlPlane === "shared") return [];
  const needed = (release: string, { chart, version, repositories }: ChartSource): NeededChart => {
    const held = releases.find(({ name }) => name === release);
    const before = held && chartOf(held);
    const same = before?.chart === chart && before.version === version;
    const placed = held?.args.chart === chartPath(settings.stack, { chart, version });
    return { release, chart, version, repositories, state: same ? (placed ? "placed" : "held") : "other" };
  };
  return [
    ...plans.map((plan) => ({ ...needed(plan.name, plan), values: plan.values })),
    ...kept.map((release) => {
      const name = chartOf(release);
      return needed(release.name, { ...name, repositories: istioRepositories(settings, name.version) });
    }),
  ];
}
