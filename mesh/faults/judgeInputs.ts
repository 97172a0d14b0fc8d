import type { MeshPlan } from "../meshPlan";
import type { Fault } from "./fault";
import { hostsOf } from "./virtualServices";

/** What faults of a stack are judged by: where they act, and what the mesh below them is to be. */
export function faultsWanted(
  { settings, releases, serving, serviceEntries, targetVersion }: MeshPlan,
  faults: readonly Fault[],
) {
  const { namespace, layout, istio, rollout } = settings;
  const { controlPlane, version, revision } = istio;
  return {
    ...{ namespace, layout, controlPlane, version, revision },
    target: targetVersion,
    releases: releases.map(({ name }) => name),
    rollout: { ...rollout, serving },
    targets: faults.map((fault) => ({ fault, hosts: hostsOf(fault, serviceEntries) })),
  };
}
