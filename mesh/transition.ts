import * as semver from "semver";
import { layoutOf } from "./releases";

function hops(running: string, wanted: string): string {
  const [from, to] = [semver.minor(running), semver.minor(wanted)];
  return Array.from({ length: to - from }, (_, at) => `1.${String(from + at + 1)}`).join(", ");
}

/**
 * Why a running control plane cannot be taken to the wanted version in place; empty when it can.
 * @param allow risks acknowledged in `istio.allow`
 * @see https://istio.io/latest/docs/setup/upgrade/ for the distance of one minor
 */
export function refuseTransition(running: string, wanted: string, allow: readonly string[]): readonly string[] {
  if (semver.valid(running) === null || semver.eq(running, wanted)) return [];
  const step = `Istio ${running} runs, ${wanted} is wanted`;
  const layout = layoutOf(wanted);
  if (layoutOf(running) !== layout) {
    return [
      `${step}: there is no way in place between the layouts. Build a new cluster and move the instance, or remove the mesh ` +
        `(its CRDs stay), upgrade Kubernetes and install afresh`,
    ];
  }
  const distance = semver.minor(wanted) - semver.minor(running);
  if (distance === 0) return [];
  if (layout === "classic")
    return [`${step}: in the classic layout this version of the program stays within the minor`];
  if (Math.min(semver.minor(running), semver.minor(wanted)) <= 23) {
    return [`${step}: CRDs of Istio 1.23 and older are not upgraded by Helm, and not by this version of the program`];
  }
  if (distance === 1) return [];
  if (distance > 1) return [`${step}: one minor at a time. Go through ${hops(running, wanted)}`];
  if (distance < -1) return [`${step}: going back is possible by one minor only. Set istio.version to ${running}`];
  return allow.includes("downgrade")
    ? []
    : [`${step}: going back one minor is a risk; acknowledge with istio.allow: [downgrade]`];
}
