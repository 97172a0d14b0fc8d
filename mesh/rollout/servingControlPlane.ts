import type { Settings } from "../../settings/types";
import { targetVersion, type ReleasePlan } from "../install/helmReleases";
import { defaultRevision, type ControlPlane } from "../istio/controlPlanes";

/** Which control plane an instance is served by. */
export interface ServingControlPlane {
  /** Its revision; `default` for the one without. */
  readonly revision: string;
  /** The version that this stack gives it; absent where the stack only follows what runs. */
  readonly version?: string | undefined;
  /** The Helm release that is rolled back when sidecars cannot depend on it; absent where it is not the stack's. */
  readonly release?: string | undefined;
  /** How long that may take. */
  readonly timeoutSeconds: number;
}

/** What of the settings decides on it. */
type ServingSettings = Pick<Settings, "injection"> & {
  readonly istio: Pick<Settings["istio"], "controlPlane" | "timeoutSeconds"> & {
    readonly revision?: string | undefined;
  };
};

/** Revision of the control plane whose sidecars the instance gets; `undefined`: the one without a revision. */
export function servedRevision({
  injection,
  istio,
}: Pick<ServingSettings, "injection"> & { readonly istio: Pick<ServingSettings["istio"], "revision"> }) {
  return injection === "enabled" ? undefined : istio.revision;
}

/** Revision of the control plane that the stack itself installs, `default` for none; `undefined` where it installs none. */
export function ownedRevision({
  istio,
}: {
  readonly istio: Pick<ServingSettings["istio"], "controlPlane" | "revision">;
}): string | undefined {
  return istio.controlPlane === "managed" ? (istio.revision ?? defaultRevision) : undefined;
}

/** The control plane that serves a stack's instance. */
export function servingControlPlane(settings: ServingSettings, controlPlane: ReleasePlan): ServingControlPlane {
  const revision = servedRevision(settings) ?? defaultRevision;
  // With a revision that the namespace does not use yet, another control plane serves it.
  const owned = revision === ownedRevision(settings);
  return {
    revision,
    version: owned ? targetVersion(controlPlane) : undefined,
    release: owned ? controlPlane.name : undefined,
    timeoutSeconds: settings.istio.timeoutSeconds,
  };
}

/** The version that the instance's sidecars should have; `undefined` where no control plane serves it. */
export function servedVersion(
  controlPlanes: readonly ControlPlane[],
  { version, revision }: ServingControlPlane,
): string | undefined {
  return version ?? controlPlanes.find((one) => one.revision === revision)?.ready[0];
}
