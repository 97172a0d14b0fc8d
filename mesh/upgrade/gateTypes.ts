import type { ControlPlane } from "../istio/controlPlanes";
import type { Counts } from "../istio/proxies";
import type { Crd } from "./crds";
import type { Identity } from "./immutableSettings";
import type { WholePart } from "./wholeParts";

/** One revision of a Helm release, as its record in the cluster tells it. */
export interface HelmRevision {
  readonly release: string;
  readonly revision: number;
  readonly status: string;
  /** When it was begun, in seconds since 1970; absent where that is not known. */
  readonly createdAt?: number;
  /** Seconds since 1970. */
  readonly modifiedAt: number;
  /** The release's description; what this program installs carries its mark. */
  readonly description: string;
  /** Name of the chart; empty where the record cannot be read. */
  readonly chart: string;
  /** Version of the chart; empty where the record cannot be read. */
  readonly chartVersion: string;
  /** The objects, as Helm sent them. */
  readonly manifest: string;
  /** Name of the Secret that is the record. */
  readonly secret: string;
}

/** What the gate found in the cluster. */
export interface ObservedMesh {
  /** `major.minor` of the API server. */
  readonly kubernetes: string;
  readonly records: readonly HelmRevision[];
  /** Istio's control planes in istio-system. */
  readonly controlPlanes: readonly ControlPlane[];
  /** Istio's CRDs. */
  readonly crds: readonly Crd[];
  /** What deployed releases lack, a line each. */
  readonly missing: readonly Missing[];
  /** Proxies of the mesh by version, by workload (`namespace/name`); read where the version changes. */
  readonly proxies: Readonly<Record<string, Counts>>;
  /** Whether the cluster's proxies may not be seen; then there are none above. */
  readonly proxiesUnseen?: boolean;
  /** Namespaces with active faults; read where the version changes. */
  readonly faults: readonly string[];
  /** Whether ValidatingWebhookConfiguration istio-galley is there; read where the version changes. */
  readonly galley: boolean;
  /** Identity of the cluster. */
  readonly cluster?: string | undefined;
  /** Namespaces that are being deleted, among those the stack writes into. */
  readonly terminating: readonly string[];
}

/** What a deployed release lacks. */
export interface Missing {
  readonly release: string;
  readonly gone: readonly string[];
  /** Jobs of the release that have to be done once more. */
  readonly jobs: readonly string[];
}

/** A Helm release as the stack's state has it. */
export interface KnownRelease {
  readonly name: string;
  /** Absent where an interrupted run left it unknown. */
  readonly revision?: number | undefined;
}

/** What the settings ask for. */
export interface DesiredMesh extends Identity {
  readonly stack: string;
  readonly version: string;
  /** Version that the images will have: a tag in the user's values wins. Default: `version`. */
  readonly target?: string;
  readonly injection: "enabled" | "revision" | "unmanaged";
  readonly allow: readonly string[];
  /** Releases that the stack manages, in order. */
  readonly releases: readonly string[];
  /** Those of them that keep what they have until the instance moves to the revision; absent: none. */
  readonly staying?: readonly string[] | undefined;
  readonly timeoutSeconds: number;
}

/** What is remembered of the stack's earlier runs. */
export interface RememberedMesh {
  /** Releases that the stack's state knows, with the revision it knows. */
  readonly known: readonly KnownRelease[];
  /** Version that the last finished update recorded. */
  readonly recorded?: string | undefined;
  /** Whether an earlier run of this stack got past the gate. Only then is half-made work taken for the stack's own. */
  readonly resumed: boolean;
  /** Releases that the last run asked for, whether it came to its end or not. Default: none. */
  readonly asked?: readonly string[] | undefined;
}

/** What the gate judges by, beside the cluster. */
export interface JudgedMesh extends DesiredMesh, RememberedMesh {}

/** A release that is to be applied once more, after the removal of what is in the way. */
export interface Repair {
  readonly release: string;
  /** Helm records that are removed. */
  readonly secrets: readonly string[];
  /** Jobs that are removed, to be done again. */
  readonly jobs?: readonly string[];
  /** Parts of its objects that are put back, as Helm could not. Default: all is left to Helm. */
  readonly parts?: readonly WholePart[];
  readonly why: string;
}

/** What the gate decides. Refused: nothing is changed. */
export interface Verdict {
  readonly refused: readonly string[];
  readonly repairs: readonly Repair[];
  /** CRDs that are marked as Helm's. */
  readonly adopt: readonly string[];
  readonly warnings: readonly string[];
}

/** @see DesiredMesh.target */
export const targetOf = ({ target, version }: Pick<DesiredMesh, "target" | "version">) => target ?? version;
