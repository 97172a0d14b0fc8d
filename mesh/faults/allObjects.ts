import { effectiveHub } from "../install/helmReleases";
import { officialHub } from "../istio/releases";
import type { MeshPlan } from "../meshPlan";
import { drillObjects, drillOf } from "./drill";
import { isActing, type FaultObject } from "./faultObjects";
import { reaperObjects } from "./reaper";

/** Placeholder of a drill's start time until `up` runs. */
export const whenUpRuns = "when up runs";

/** The proxy's image as the settings alone tell it. */
export const plannedImage = ({ mesh, targetVersion }: MeshPlan) =>
  `${effectiveHub(mesh.controlPlane) ?? officialHub}/proxyv2:${targetVersion}`;

/** The objects of the settings' faults, and of what ends them: all that their drill makes. */
export function faultObjectsOf(plan: MeshPlan, { start = whenUpRuns } = {}): readonly FaultObject[] {
  const { namespace, faultInjection } = plan.settings;
  const { expires: end, reaper } = faultInjection;
  const faults = drillObjects(plan, { start });
  const acting = faults.filter(isActing);
  const names = acting.map(({ metadata }) => metadata.name);
  const marks = { namespace, drill: drillOf(plan), start };
  return [
    ...faults.filter((one) => !isActing(one)),
    // What ends them on time is there before they are.
    ...(reaper && end !== undefined ? reaperObjects({ ...marks, end }, names, plannedImage(plan)) : []),
    ...acting,
  ];
}
