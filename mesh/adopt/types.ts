import type { Settings } from "../../settings/types";
import { kialiSecretName, systemNamespace } from "../istio/names";
import type { FoundRelease, RenderedPlan } from "./found";
import type { AnyObject, Change } from "./objects";

/** What becomes of one object. */
export interface PlannedObject {
  readonly object: AnyObject;
  readonly fate: "taken over" | "changed" | "made" | "left";
  /** What owns it from now on, such as `release istiod`; absent where it is left. */
  readonly owner?: string;
  /** Fields that change, but for its own labels and annotations. */
  readonly changes: readonly Change[];
  /** Why it is left. */
  readonly why?: string;
}

/** How a release comes into the stack. */
export interface PlannedRelease {
  readonly name: string;
  readonly chart: string;
  /** The revision of Helm's that stands under this name; absent where none does: Helm makes one over the objects. */
  readonly from?: {
    readonly revision: number;
    readonly chart: string;
    readonly chartVersion: string;
    /** The control plane's revision among its values; absent where they name none. */
    readonly meshRevision?: string;
  };
}

/** What an adoption does. */
export interface AdoptionPlan {
  /** What was found, a line each. */
  readonly found: readonly string[];
  /** Why it is refused, each with its way out; empty where it is not. */
  readonly problems: readonly string[];
  readonly releases: readonly PlannedRelease[];
  readonly objects: readonly PlannedObject[];
  /** Workloads whose pods Kubernetes replaces. */
  readonly restarts: readonly string[];
  /** Objects that an old release would delete when it lets go of them, and so are marked first. */
  readonly keep: readonly AnyObject[];
  /** Objects that get the marks of the release that owns them from now on. */
  readonly mark: readonly { readonly object: AnyObject; readonly release: string }[];
  /** Jobs that are done and that Helm makes once more: those that are there are in its way, and are removed. */
  readonly again: readonly AnyObject[];
  /** The stack's own objects that carry marks of Helm's still: they are taken off once no release has them. */
  readonly marked: readonly AnyObject[];
  /** Old releases that have nothing any more in the end: their records go, their objects are others'. */
  readonly emptied: readonly FoundRelease[];
}

/** What is planned from. */
export interface Asked {
  readonly settings: Settings;
  readonly targetVersion: string;
  readonly plans: readonly RenderedPlan[];
  /** Objects that the stack makes itself: namespaces, Secret kiali, ServiceEntries. */
  readonly own: readonly AnyObject[];
  /** Releases that the stack's state knows already: an adoption that was interrupted, or is done. */
  readonly known: readonly string[];
  /** Releases that an earlier run of this stack began, past its gate: one that is half made, or has the stack's mark, is its own. */
  readonly begun: readonly string[];
  /** First revisions that an interrupted adoption left half made; they are none of what was found. */
  readonly halfMade: readonly { readonly name: string; readonly status: string }[];
  /** Whether the settings have a passphrase, or a signing key, of their own. */
  readonly ownLogin: boolean;
}

/** Secret `kiali`, where the stack has one. */
export const isLogin = ({ kind, metadata }: AnyObject) =>
  kind === "Secret" && metadata.name === kialiSecretName && metadata.namespace === systemNamespace;
