import type { PartReleases } from "../istio/names";
import { partOf } from "./upgradeSteps";

/** A canary's first run, as the settings ask for it. */
export interface Canary {
  readonly version: string;
  readonly releases: readonly string[];
  readonly controlPlaneRelease: string;
  readonly staying?: readonly string[] | undefined;
  readonly partReleases?: PartReleases | undefined;
}

/** What a new control plane beside the one that serves moves, and what not, in one line. */
export function canarySteps({ version, releases, controlPlaneRelease, staying = [], partReleases }: Canary): string {
  const moving = releases.filter((name) => name !== controlPlaneRelease && !staying.includes(name));
  return (
    `Istio ${version} comes beside what runs (release ${controlPlaneRelease}). Revisions share the rest of the mesh, which moves ` +
    `to ${version} now: ${moving.map((name) => partOf(name, partReleases)).join(", ")}`
  );
}

/** What stays with the control plane that serves the instance, a line each. */
export const stayingNotes = (staying: readonly string[] = [], partReleases?: PartReleases): readonly string[] =>
  staying.map(
    (name) => `${partOf(name, partReleases)} stays as it is: it moves with the instance, by injection: revision`,
  );
