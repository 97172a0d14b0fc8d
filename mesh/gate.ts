import { judgeKubernetes } from "./kubernetes";
import { judgeRelease } from "./helmReleases";
import type { Identity } from "./identity";
import { refuseTransition } from "./transition";

/** One revision of a Helm release, as its record in the cluster tells it. */
export interface HelmRecord {
  readonly release: string;
  readonly revision: number;
  readonly status: string;
  /** Seconds since 1970. */
  readonly modifiedAt: number;
  /** The release's description; what this program installs carries {@link ownerMark}. */
  readonly description: string;
  /** Name of the Secret that is the record. */
  readonly secret: string;
}

/** Stands for the version of a control plane whose image carries none. */
export const unreadable = "unreadable";

/** What the gate found in the cluster. */
export interface Found {
  /** `major.minor` of the API server. */
  readonly kubernetes: string;
  readonly records: readonly HelmRecord[];
  /** Version of the control plane that runs in istio-system, read from its image; {@link unreadable} without a tag. */
  readonly running?: string | undefined;
  /** Identity of the cluster. */
  readonly cluster?: string | undefined;
  /** Namespaces that are being deleted, among those the stack writes into. */
  readonly terminating: readonly string[];
}

/** A Helm release as the stack's state has it. */
export interface KnownRelease {
  readonly name: string;
  /** Absent where an interrupted run left it unknown. */
  readonly revision?: number | undefined;
}

/** What the gate is asked. */
export interface Wanted extends Identity {
  readonly stack: string;
  readonly version: string;
  readonly allow: readonly string[];
  /** Releases that the stack manages, in order. */
  readonly releases: readonly string[];
  /** Releases that the stack's state knows, with the revision it knows. */
  readonly known: readonly KnownRelease[];
  /** Whether an earlier run of this stack got past the gate. Only then is half-made work taken for the stack's own. */
  readonly resumed: boolean;
  readonly timeoutSeconds: number;
}

/** A release that is to be applied once more, after the removal of the Helm records that are in the way. */
export interface Heal {
  readonly release: string;
  readonly secrets: readonly string[];
  readonly why: string;
}

/** What the gate decides. Refused: nothing is changed. */
export interface Verdict {
  readonly refused: readonly string[];
  readonly heal: readonly Heal[];
  readonly warnings: readonly string[];
}

function judgeShared({ running }: Found, { version }: Wanted): Verdict {
  if (running === undefined) {
    const text =
      "no control plane runs in istio-system. Run up for the stack that owns it first, or set istio.controlPlane: managed";
    return { refused: [text], heal: [], warnings: [] };
  }
  const differs = running !== unreadable && running !== version;
  return { refused: [], heal: [], warnings: differs ? [`Istio ${running} runs, the settings say ${version}`] : [] };
}

/** A control plane that runs without a Helm release of ours: made by istioctl, helm template, or under other names. */
function foreignMesh(found: Found, wanted: Wanted): readonly string[] {
  const seen = wanted.known.length > 0 || found.records.some(({ release }) => wanted.releases.includes(release));
  if (found.running === undefined || wanted.resumed || seen) return [];
  const what = found.running === unreadable ? "a control plane" : `Istio ${found.running}`;
  return [
    `${what} runs in istio-system without a Helm release named ${wanted.releases.join(" or ")}: it was ` +
      `installed in another way, and such a mesh is not taken over by this version`,
  ];
}

/**
 * Judges a run before anything changes.
 * @param now seconds since 1970
 */
export function judge(found: Found, wanted: Wanted, now: number): Verdict {
  const stuck = found.terminating.map(
    (name) =>
      `namespace ${name} is being deleted. Wait until it is gone; what holds it: kubectl get namespace ${name} -o jsonpath='{.status.conditions}'`,
  );
  if (wanted.controlPlane === "shared") {
    const shared = judgeShared(found, wanted);
    return { ...shared, refused: [...stuck, ...shared.refused] };
  }
  const kubernetes = judgeKubernetes(wanted.version, found.kubernetes, wanted.allow);
  const releases = wanted.releases.map((name) => judgeRelease(name, found, wanted, now));
  return {
    refused: [
      ...stuck,
      ...kubernetes.refused,
      ...foreignMesh(found, wanted),
      ...(found.running === undefined ? [] : refuseTransition(found.running, wanted.version, wanted.allow)),
      ...releases.flatMap(({ refused }) => refused),
    ],
    heal: releases.flatMap(({ heal }) => heal),
    warnings: [
      ...kubernetes.warnings,
      ...(found.running === unreadable
        ? ["the running control plane's image has no version: the step to the new one is not judged"]
        : []),
    ],
  };
}
