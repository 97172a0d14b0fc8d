import { unreadable, versionOf } from "./images";
import { defaultRevision } from "./planes";
import { controlPlaneRelease, type PlanSettings } from "./values";

/** Which control plane an instance is served by. */
export interface ServingSettings extends PlanSettings {
  readonly injection: "enabled" | "revision" | "unmanaged";
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
export function ownedRevision({
  istio,
}: Pick<ServingSettings, "istio"> & { istio: { controlPlane: string } }): string | undefined {
  return istio.controlPlane === "managed" ? (istio.revision ?? defaultRevision) : undefined;
}
