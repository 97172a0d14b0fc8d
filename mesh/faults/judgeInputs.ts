import type { Settings } from "../../settings/types";
import { releasePlans } from "../install/helmReleases";
import { servingOf, targetVersion } from "../rollout/servingControlPlane";
import type { Fault } from "./fault";
import { hostsOf } from "./virtualServices";

/** What faults of a stack are judged by: where they act, and what the mesh below them is to be. */
export function faultsWanted(settings: Settings, faults: readonly Fault[]) {
  const { namespace, layout, istio, rollout } = settings;
  const { controlPlane, version, revision } = istio;
  return {
    ...{ namespace, layout, controlPlane, version, revision },
    target: targetVersion(settings),
    releases: controlPlane === "managed" ? releasePlans(settings).map(({ name }) => name) : [],
    rollout: { ...rollout, serving: servingOf(settings) },
    targets: faults.map((fault) => ({ fault, hosts: hostsOf(fault, settings) })),
  };
}
