import * as semver from "semver";
import { compareMinors, layoutOf, minorOf } from "./releases";

/**
 * Why a running control plane cannot be taken to the wanted version in place; empty when it can.
 * @see https://istio.io/latest/docs/setup/upgrade/ for the distance of one minor
 */
export function refuseTransition(running: string, wanted: string): readonly string[] {
  if (semver.valid(running) === null || semver.eq(running, wanted)) return [];
  const [from, to] = [minorOf(running), minorOf(wanted)];
  const step = `Istio ${running} runs, ${wanted} is wanted`;
  if (layoutOf(running) !== layoutOf(wanted)) {
    return [
      `${step}: there is no way in place between the layouts. Build a new cluster and move the instance, or remove the mesh ` +
        `(its CRDs stay), upgrade Kubernetes and install afresh`,
    ];
  }
  if (from === to) return [];
  if (layoutOf(wanted) === "modern" && semver.minor(wanted) === semver.minor(running) + 1) return [];
  if (compareMinors(to, from) < 0)
    return [`${step}: going back over a minor is not supported. Set istio.version back to ${running}`];
  return [
    `${step}: this version of the program goes one minor at a time in the modern layout and stays within the minor in the classic one`,
  ];
}
