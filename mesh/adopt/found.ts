import type { Values } from "../install/helmReleases";
import type { ControlPlane } from "../istio/controlPlanes";
import type { AnyObject } from "./objects";

/** The newest revision of a Helm release in istio-system. */
export interface FoundRelease {
  readonly name: string;
  readonly revision: number;
  readonly status: string;
  /** The release's description; what a stack installs carries its mark. */
  readonly description: string;
  /** Name and version of its chart; empty where the record cannot be read. */
  readonly chart: string;
  readonly chartVersion: string;
  /** What people gave: an umbrella's own values, and those of `-f` and `--set`. */
  readonly given: Readonly<Values>;
  /** The same as an umbrella has them, below the names of the charts in it. Default: its charts were given none. */
  readonly givenBelow?: Readonly<Values>;
  /** The objects, as Helm sent them; hooks are none of them. */
  readonly objects: readonly AnyObject[];
  /** Names of the Secrets that are its records, of all revisions. */
  readonly records: readonly string[];
}

/** What is known of a secret without it. */
export interface FoundSecret {
  readonly bytes: number;
  /** Whether a setting can hold it as it is. */
  readonly isKept: boolean;
}

/** Secret `kiali`, without what is secret in it. */
export interface FoundLogin {
  readonly username?: string | undefined;
  readonly passphrase?: FoundSecret | undefined;
  readonly signingKey?: FoundSecret | undefined;
}

/** What becomes of an object, as the API server tries it. */
export type Trial = { readonly after: AnyObject } | { readonly refused: string };

/** What is in the cluster of a mesh that somebody made by hand. */
export interface FoundMesh {
  readonly releases: readonly FoundRelease[];
  readonly controlPlanes: readonly ControlPlane[];
  /** Live objects by key: those that the settings' mesh has, and those that the old releases have. */
  readonly live: ReadonlyMap<string, AnyObject>;
  /** What the settings' releases would make of the live objects, by key. */
  readonly trials: ReadonlyMap<string, Trial>;
  readonly login?: FoundLogin | undefined;
  /** Values that were given to a control plane that is no Helm release's; read from what its chart writes down. */
  readonly givenWithoutHelm: Readonly<Values>;
  /** Objects with istioctl's label, and what it kept of its own. */
  readonly ofIstioctl: readonly AnyObject[];
  /** The instance's ServiceEntries and VirtualServices. */
  readonly ofInstance: readonly AnyObject[];
  /** What may not be read, or cannot: of that nothing is known. */
  readonly unread: readonly string[];
}

/** A release that the settings ask for, with its objects. */
export interface RenderedPlan {
  readonly name: string;
  readonly chart: string;
  readonly values: Readonly<Values>;
  readonly objects: readonly AnyObject[];
}
