import * as semver from "semver";
import { isVersion, runningVersion } from "../istio/controlPlanes";
import { layoutOf } from "../istio/releases";
import { targetOf, type JudgedMesh, type ObservedMesh } from "../upgrade/gateTypes";
import { unfinishedFrom } from "../upgrade/helmHistory";
import { controlPlaneOf, runningOf } from "../upgrade/revisions";
import { valueAt } from "./look";
import type { Step } from "./note";
import { allNotes } from "./rows";

/** Istio serves two minors up by revision; what is further away is refused as it is. */
const furthest = 2;

/**
 * The step that upgrade notes are about; `undefined` where the version stays, or the step is none that Istio has.
 * A control plane that comes beside others is a step from the lowest of them: their proxies move to it later.
 */
export function noteStep(found: ObservedMesh, run: JudgedMesh): Step | undefined {
  if (run.controlPlane !== "managed") return undefined;
  const to = targetOf(run);
  const own = controlPlaneOf(found.controlPlanes, run);
  const others = found.controlPlanes.filter((plane) => plane !== own).map((plane) => runningVersion(plane));
  const from = runningOf(found, run) ?? others.filter(isVersion).sort(semver.compare)[0];
  if (!isVersion(from) || !isVersion(to) || semver.eq(from, to)) return undefined;
  if (layoutOf(from) !== "modern" || layoutOf(to) !== "modern") return undefined;
  if (Math.abs(semver.minor(to) - semver.minor(from)) > furthest) return undefined;
  // The way back after an update that did not finish is never held up.
  return unfinishedFrom(found, run) === to ? undefined : { from, to };
}

/** The switches of istiod that notes know and values set: no other variable is told to anyone. */
export function switchesOf(values: unknown): Readonly<Record<string, string>> {
  const names = new Set(allNotes.flatMap(({ keeps }) => (keeps === undefined ? [] : [keeps[0]])));
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = valueAt(values, `pilot.env.${name}`) ?? valueAt(values, `env.${name}`);
      return typeof value === "string" || typeof value === "boolean" ? [[name, String(value)]] : [];
    }),
  );
}
