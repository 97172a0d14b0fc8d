import { defaultRevision, isVersion, runningVersion, type ControlPlane } from "../istio/controlPlanes";
import type { JudgedMesh, ObservedMesh } from "./gateTypes";
import { judgeTransition, type TransitionVerdict } from "./transition";

/** The control plane that the settings are about. */
export function controlPlaneOf(
  planes: readonly ControlPlane[],
  { revision }: Pick<JudgedMesh, "revision">,
): ControlPlane | undefined {
  return planes.find((plane) => plane.revision === (revision ?? defaultRevision));
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
  const verdicts = found.controlPlanes.map((plane) => {
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
