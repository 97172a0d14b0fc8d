import type { Settings } from "../settings/types";
import { capturedPorts } from "./install/capturedPorts";
import { dnsCaptureOf } from "./install/dnsCapture";
import { inOrder, planReleases, targetVersion, type MeshReleases, type ReleasePlan } from "./install/helmReleases";
import { serviceEntries, type Entry } from "./install/serviceEntries";
import { servingControlPlane, type ServingControlPlane } from "./rollout/servingControlPlane";

/** What follows from a stack's settings alone: computed once, then passed on. */
export interface MeshPlan {
  readonly settings: Settings;
  /** The mesh's Helm releases, also where another stack installs them. */
  readonly mesh: MeshReleases;
  /** The Helm releases that the stack installs, in their order; none where another stack owns the control plane. */
  readonly releases: readonly ReleasePlan[];
  /** Those of them that keep what they have until the instance moves to the settings' revision. Default: none. */
  readonly staying?: readonly string[];
  /** The version that the control plane, and its sidecars, will have: a tag in the user's values wins. */
  readonly targetVersion: string;
  /** The control plane that serves the instance. */
  readonly serving: ServingControlPlane;
  /** The ServiceEntries of the instance. */
  readonly serviceEntries: readonly Entry[];
  /** What the settings do that a person may not expect, a line each. */
  readonly warnings: readonly string[];
}

/** Plans a stack's mesh. */
export function meshPlan(settings: Settings): MeshPlan {
  const mesh = planReleases(settings);
  const entries = serviceEntries(settings);
  return {
    settings,
    mesh,
    releases: settings.istio.controlPlane === "managed" ? inOrder(mesh) : [],
    targetVersion: targetVersion(mesh.controlPlane),
    serving: servingControlPlane(settings, mesh.controlPlane),
    serviceEntries: entries,
    warnings: capturedPorts(entries, settings.namespace, dnsCaptureOf(settings, mesh.controlPlane.values)),
  };
}
