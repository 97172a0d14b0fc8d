import { defaultRevision, isVersion, runningVersion, type ControlPlane } from "../istio/controlPlanes";
import type { JudgedMesh, ObservedMesh } from "./gateTypes";
import { recordsOf } from "./helmHistory";
import { judgeTransition, type TransitionVerdict } from "./transition";

/** The control plane that the settings are about. */
export function controlPlaneOf(
  planes: readonly ControlPlane[],
  { revision }: Pick<JudgedMesh, "revision">,
): ControlPlane | undefined {
  return planes.find((plane) => plane.revision === (revision ?? defaultRevision));
}

/**
 * Whether the settings' control plane is what a first install left that never got ready: then nothing runs, and another version
 * is a first install, too. One that somebody made without Helm, and that is down for the moment, counts as running.
 */
function neverRan(found: ObservedMesh, wanted: Pick<JudgedMesh, "revision" | "recorded" | "controlPlaneRelease">) {
  const plane = controlPlaneOf(found.controlPlanes, wanted);
  if (plane === undefined || plane.ready.length > 0 || wanted.recorded !== undefined) return false;
  const records = recordsOf(found.records, wanted.controlPlaneRelease);
  const begun = records.every(({ status }) => status === "failed" || status.startsWith("pending-"));
  // It may have been ready for a while, and given workloads their sidecars.
  const serves =
    found.proxiesUnseen === true || Object.values(found.proxies).some((counts) => Object.keys(counts).length > 0);
  return records.length > 0 && begun && !serves;
}

/** The version of the settings' control plane that counts as running; `undefined` where none does. */
export function runningOf(
  found: ObservedMesh,
  wanted: Pick<JudgedMesh, "revision" | "recorded" | "controlPlaneRelease">,
): string | undefined {
  const plane = neverRan(found, wanted) ? undefined : controlPlaneOf(found.controlPlanes, wanted);
  return runningVersion(plane, wanted.recorded);
}

/** Why nobody would inject sidecars into the instance's namespace. */
export function unserved(
  { controlPlanes: planes }: ObservedMesh,
  { revision, injection }: JudgedMesh,
): readonly string[] {
  if (revision === undefined || injection !== "enabled" || controlPlaneOf(planes, {}) !== undefined) return [];
  return [
    "namespaces labelled istio-injection=enabled are served by the control plane without a revision, and none runs: " +
      "set injection: revision",
  ];
}

/** A control plane that is new beside others: judged against each of them. */
export function judgeOtherRevisions(found: ObservedMesh, wanted: JudgedMesh): TransitionVerdict {
  const { version, target = version, allow } = wanted;
  const own = controlPlaneOf(found.controlPlanes, wanted);
  const others = found.controlPlanes.filter((plane) => plane !== own || !neverRan(found, wanted));
  const verdicts = others.map((plane) => {
    const running = runningVersion(plane) ?? "";
    return isVersion(running)
      ? judgeTransition({ ...found, running, wanted: target, byRevision: true, allow })
      : { refused: [], warnings: [] };
  });
  return {
    refused: [...new Set(verdicts.flatMap(({ refused }) => refused))],
    warnings: [...new Set(verdicts.flatMap(({ warnings }) => warnings))],
  };
}
