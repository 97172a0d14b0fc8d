import { judgeKubernetes } from "./kubernetes";
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

/** How this program marks a release as the work of one stack. */
export const ownerMark = (stack: string) => `jam-istio/${stack}`;

// The mark ends the description, or a space follows: dev70 is not dev701.
const isOurs = ({ description }: HelmRecord, { stack }: Wanted) => `${description} `.startsWith(`${ownerMark(stack)} `);

const removeRecords = (names: readonly string[]) => `kubectl -n istio-system delete secret ${names.join(" ")}`;

type Judged = { readonly refused: readonly string[]; readonly heal: readonly Heal[] };

const nothing: Judged = { refused: [], heal: [] };

function pending(last: HelmRecord, wanted: Wanted, now: number): Judged {
  const age = Math.max(0, now - last.modifiedAt);
  const { release, status, secret } = last;
  if (age >= wanted.timeoutSeconds) {
    const why = `left ${status} by an interrupted run ${String(age)} s ago`;
    return { refused: [], heal: [{ release, secrets: [secret], why }] };
  }
  const text =
    `release ${release} is ${status} since ${String(age)} s, less than its timeout of ${String(wanted.timeoutSeconds)} s: ` +
    `another run may still be at work. Wait, or, when none is: ${removeRecords([secret])}`;
  return { refused: [text], heal: [] };
}

function notOurs(records: readonly HelmRecord[], { stack }: Wanted): Judged {
  const { release = "", description = "" } =
    records.findLast((record) => record.description !== "") ?? records[0] ?? {};
  const owner = description.startsWith("jam-istio/") ? (description.split(" ")[0] ?? "") : undefined;
  const text =
    owner === ownerMark(stack)
      ? `release ${release} was installed by ${owner} and is unknown to this state: the stack was deployed from another ` +
        `backend. Log in to that one (pulumi login)`
      : `release ${release} exists in istio-system and is not this stack's${owner === undefined ? "" : ` but ${owner}'s`}. ` +
        `Where another stack owns the mesh, set istio.controlPlane: shared. A mesh that was installed in another way is ` +
        `not taken over by this version`;
  return { refused: [text], heal: [] };
}

function unknownToState(records: readonly HelmRecord[], last: HelmRecord, wanted: Wanted): Judged {
  // A first revision that never got ready carries no mark, and nothing runs on it.
  const halfMade = last.status !== "deployed" && records.length === 1;
  if (!wanted.resumed || !(isOurs(last, wanted) || halfMade)) return notOurs(records, wanted);
  const why = `${last.status}, and unknown to the stack's state: an interrupted run left it`;
  return { refused: [], heal: [{ release: last.release, secrets: records.map(({ secret }) => secret), why }] };
}

function judgeSettled(records: readonly HelmRecord[], last: HelmRecord, wanted: Wanted, now: number): Judged {
  const known = wanted.known.find(({ name }) => name === last.release);
  if (last.status === "uninstalling" && (known !== undefined || wanted.resumed)) {
    const text =
      `release ${last.release} is half removed since ${String(Math.max(0, now - last.modifiedAt))} s: a destroy was interrupted, or is ` +
      `at work. To finish it: pulumi destroy. ` +
      `To install again: ${removeRecords(records.map(({ secret }) => secret))} && pulumi refresh --yes, then up again`;
    return { refused: [text], heal: [] };
  }
  if (known === undefined) return unknownToState(records, last, wanted);
  if (known.revision === undefined || last.revision <= known.revision || !isOurs(last, wanted))
    return { refused: [], heal: [] };
  // Its values may differ from the settings although the state says that nothing changed.
  const why = `an interrupted run made its revision ${String(last.revision)}, the stack's state knows ${String(known.revision)}`;
  return { refused: [], heal: [{ release: last.release, secrets: [], why }] };
}

function judgeRelease(name: string, found: Found, wanted: Wanted, now: number): Judged {
  const records = found.records.filter(({ release }) => release === name).sort((a, b) => a.revision - b.revision);
  const known = wanted.known.some((release) => release.name === name);
  const last = records.at(-1);
  if (last === undefined) {
    const text =
      `release ${name} is in the stack's state and not in the cluster: somebody uninstalled it. ` +
      `Run: pulumi refresh --yes, then up again`;
    return { refused: known ? [text] : [], heal: [] };
  }
  if (!last.status.startsWith("pending-")) return judgeSettled(records, last, wanted, now);
  if (!known && !wanted.resumed) return notOurs(records, wanted);
  const before = records.at(-2);
  // Under it lies the last revision that got ready, and that one tells whose the release is.
  const rest = known || before === undefined ? nothing : judgeSettled(records.slice(0, -1), before, wanted, now);
  if (rest.refused.length > 0) return rest;
  const stuck = pending(last, wanted, now);
  return { refused: stuck.refused, heal: stuck.refused.length > 0 ? [] : [...stuck.heal, ...rest.heal] };
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
