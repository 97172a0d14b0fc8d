import * as semver from "semver";
import type { Kind, Objects } from "./kinds";

/** What is done about an object that a note finds: `refuse` until a person acknowledges it, `warn`, or `inform`. */
export type Verdict = "refuse" | "warn" | "inform";

/** Where a note's rule was read: a link that a person can open. */
export type Source = `https://${string}`;

/**
 * How a note was shown to be true, the strongest. `source`: Istio's code or text was read. `server`: and its evidence is found
 * among the objects of a real API server, what is near is not. `istiod`: and real istiods of both versions behave so.
 */
export type Proof = "source" | "server" | "istiod";

/** A step of the control plane from one version to another. */
export interface Step {
  readonly from: string;
  readonly to: string;
  /** Image registry that the new release asks for. Default: what the cluster's own Helm values say. */
  readonly hub?: string | undefined;
  /** Switches of istiod that the new release sets. Default: those of the istiod that runs. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** An object that a note is about. */
export interface Hit {
  /** Kind and name: `DestinationRule dev/reviews`. */
  readonly object: string;
  /** What is so with it, as one sentence without its subject. */
  readonly says: string;
  /** Default: the note's own. */
  readonly verdict?: Verdict;
}

interface Common {
  /** Minor, and a number or a word: `24-05`. */
  readonly id: `${number}-${string}`;
  /** Versions that have the change, as a range of semver. The note belongs to a step that enters it. */
  readonly range: string;
  /** What changes. */
  readonly title: string;
  /** What to do before the step, or to keep what was. */
  readonly remedy: string;
  readonly source: Source;
  /** Default: `server` where the evidence stands in the cluster. */
  readonly proof?: Proof;
  /** A switch of istiod that keeps what was; set, the note finds nothing. */
  readonly keeps?: readonly [name: string, value: string];
}

/** A note whose evidence stands in the cluster. */
export interface ReadableNote<K extends Kind = Kind> extends Common {
  readonly verdict: Verdict;
  /** What is looked at, for people. */
  readonly evidence: string;
  readonly reads: readonly K[];
  readonly find: (objects: Pick<Objects, K>, step: Step) => readonly Hit[];
}

/** A note whose evidence is outside of the cluster: it is told, and nothing is found. */
export interface UnreadableNote extends Common {
  /** Where a person has to look. */
  readonly elsewhere: string;
  /** Told of every step to such a version, also where what runs is one. */
  readonly ofTarget?: true;
}

export type Note = ReadableNote | UnreadableNote;

/** A note that reads these kinds and no others. */
export const note = <const K extends Kind>(row: ReadableNote<K>): ReadableNote => row;

export const isReadable = (row: Note): row is ReadableNote => "find" in row;

export const proofOf = (row: Note): Proof => row.proof ?? (isReadable(row) ? "server" : "source");

/** Every version from a minor on. */
export const since = (minor: string) => `>=${minor}.0-0`;

/** What came inside patches: the first version of each minor that has it; newer minors than the last have it, too. */
export function patches(...versions: readonly string[]): string {
  const last = versions.at(-1);
  return versions
    .map((version) => {
      const next = `${String(semver.major(version))}.${String(semver.minor(version) + 1)}.0-0`;
      return version === last ? `>=${version}` : `>=${version} <${next}`;
    })
    .join(" || ");
}

/** These versions alone: the first and the last. */
export const only = (first: string, last: string) => `>=${first}-0 <=${last}`;

/** Whether a note is about patches that a later patch of the same minor mends. */
export const isOfBadPatches = ({ range }: Note) => /^>=(\S+)-0 <=\S+$/.test(range);

/** This minor alone. */
export const onlyMinor = (minor: string) => `~${minor}.0-0`;

const has = (version: string, range: string) => semver.satisfies(version, range, { includePrerelease: true });

/** Whether a version has what a note is about. */
export const concerns = ({ range }: Note, version: string) => has(version, range);

/** Whether a note is about a step. What was so before is not the step's. */
export const isOf = ({ from, to }: Step, row: Note) =>
  has(to, row.range) && (!has(from, row.range) || "ofTarget" in row);

/** Istio's upgrade notes of a minor. */
export const upgradeNotes = (minor: string): Source =>
  `https://istio.io/latest/news/releases/${minor}.x/announcing-${minor}/upgrade-notes/`;

/** Istio's change notes of a minor. */
export const changeNotes = (minor: string): Source =>
  `https://istio.io/latest/news/releases/${minor}.x/announcing-${minor}/change-notes/`;

/** A release note in Istio's repository. @param at a release branch, of a note that the later ones lack */
export const releaseNote = (name: string, at = "release-1.31"): Source =>
  istioFile(at, `releasenotes/notes/${name}.yaml`);

/** A file of Istio's repository, at a branch or tag. */
export const istioFile = (at: string, path: string): Source => `https://github.com/istio/istio/blob/${at}/${path}`;

/** An issue or pull request of Istio's. */
export const issue = (number: number): Source => `https://github.com/istio/istio/issues/${String(number)}`;
