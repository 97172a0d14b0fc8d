import { controlPlaneRelease, type PlanSettings } from "../install/helmReleases";
import { defaultRevision, type ControlPlane } from "../istio/controlPlanes";
import { unreadable, versionOf } from "../istio/images";

/** Which control plane an instance is served by. */
export interface Serving {
  /** Its revision; `default` for the one without. */
  readonly revision: string;
  /** The version that this stack gives it; absent where the stack only follows what runs. */
  readonly version?: string | undefined;
  /** The Helm release that goes back when sidecars cannot depend on it; absent where it is not the stack's. */
  readonly release?: string | undefined;
  /** How long that may take. */
  readonly timeoutSeconds: number;
}

/** What of the settings decides on it. */
export interface ServingSettings extends PlanSettings {
  readonly injection: "enabled" | "revision" | "unmanaged";
}

interface OwnerSettings {
  readonly controlPlane: "managed" | "shared";
  readonly revision?: string | undefined;
}

/** Revision of the control plane whose sidecars the instance gets; `undefined`: the one without a revision. */
export function servedRevision({ injection, istio }: ServingSettings): string | undefined {
  return injection === "enabled" ? undefined : istio.revision;
}

/** The version that the control plane, and its sidecars, will have: a tag in the user's values wins. */
export function targetVersion(settings: PlanSettings): string {
  const { global } = controlPlaneRelease(settings).values as { global?: { tag?: unknown } };
  const tag = versionOf(`image:${String(global?.tag)}`);
  return tag === unreadable ? settings.istio.version : tag;
}

/** Revision of the control plane that the stack itself installs, `default` for none; `undefined` where it installs none. */
export function ownedRevision({ istio }: { readonly istio: OwnerSettings }): string | undefined {
  return istio.controlPlane === "managed" ? (istio.revision ?? defaultRevision) : undefined;
}

/** The control plane that serves a stack's instance. */
export function servingOf(
  settings: ServingSettings & { readonly istio: OwnerSettings & { readonly timeoutSeconds: number } },
): Serving {
  const revision = servedRevision(settings) ?? defaultRevision;
  // With a revision that the namespace does not use yet, another control plane serves it.
  const owned = revision === ownedRevision(settings);
  return {
    revision,
    version: owned ? targetVersion(settings) : undefined,
    release: owned ? controlPlaneRelease(settings).name : undefined,
    timeoutSeconds: settings.istio.timeoutSeconds,
  };
}

/** The version that the instance's sidecars should have; `undefined` where no control plane serves it. */
export function servedVersion(planes: readonly ControlPlane[], { version, revision }: Serving): string | undefined {
  return version ?? planes.find((plane) => plane.revision === revision)?.ready[0];
}
