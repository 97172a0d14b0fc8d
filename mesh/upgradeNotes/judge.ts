import { istiodEnv } from "./look";
import { kindNames, type Kind, type Objects } from "./kinds";
import {
  isOf,
  isReadable,
  type Hit,
  type Note,
  type ReadableNote,
  type Step,
  type UnreadableNote,
  type Verdict,
} from "./note";
import { allNotes } from "./rows";

/** What was read of a cluster. */
export interface Evidence {
  readonly objects: Objects;
  /** Kinds that may not be read, or that nobody can read there, each with why. Their lists are empty. */
  readonly unseen: Readonly<Partial<Record<Kind, string>>>;
}

/** A note that is true of a cluster. */
export interface Finding {
  readonly note: ReadableNote;
  /** Of its hits the strongest. */
  readonly verdict: Verdict;
  readonly hits: readonly (Hit & { readonly verdict: Verdict })[];
}

/** A note that could not be judged, or not in full. */
export interface Unjudged {
  readonly note: ReadableNote;
  /** What may not be read of it, each with why. */
  readonly unread: readonly string[];
}

/** What the notes say of a step. */
export interface StepVerdict {
  readonly findings: readonly Finding[];
  readonly unjudged: readonly Unjudged[];
  /** Changes of which nothing is seen in a cluster. */
  readonly elsewhere: readonly UnreadableNote[];
}

const strength: readonly Verdict[] = ["refuse", "warn", "inform"];

/** The strongest of verdicts; `inform` of none. */
export const strongest = (verdicts: readonly Verdict[]): Verdict =>
  strength.find((one) => verdicts.includes(one)) ?? "inform";

/** The notes that are about a step. */
export const notesOf = (step: Step): readonly Note[] => allNotes.filter((row) => isOf(step, row));

/** What has to be read to judge steps: nothing else is asked for. */
export function kindsOf(steps: readonly Step[]): readonly Kind[] {
  const rows = steps.flatMap(notesOf).filter(isReadable);
  return [...new Set(rows.flatMap((row) => readsOf(row)))];
}

const readsOf = ({ reads, keeps }: ReadableNote): readonly Kind[] =>
  keeps === undefined ? reads : [...reads, "deployments"];

/** Whether every control plane has the switch that keeps what was. */
function isKept({ keeps }: ReadableNote, { objects }: Evidence, { env }: Step): boolean {
  if (keeps === undefined) return false;
  const [name, value] = keeps;
  if (env !== undefined) return env[name]?.toLowerCase() === value;
  const set = istiodEnv(objects).filter(([one]) => one === name);
  return set.length > 0 && set.every(([, is]) => is.toLowerCase() === value);
}

/** Judges a step by what is in the cluster. */
export function judgeStep(evidence: Evidence, step: Step): StepVerdict {
  const rows = notesOf(step);
  const readable = rows.filter(isReadable);
  const findings = readable.flatMap((row) => {
    if (isKept(row, evidence, step)) return [];
    const hits = row.find(evidence.objects, step).map((hit) => ({ ...hit, verdict: hit.verdict ?? row.verdict }));
    return hits.length === 0 ? [] : [{ note: row, hits, verdict: strongest(hits.map(({ verdict }) => verdict)) }];
  });
  const unjudged = readable.flatMap((row) => {
    const unread = readsOf(row).flatMap((kind) => {
      const why = evidence.unseen[kind];
      return why === undefined ? [] : [`${kindNames[kind]} (${why})`];
    });
    return unread.length === 0 ? [] : [{ note: row, unread: [...new Set(unread)] }];
  });
  return { findings, unjudged, elsewhere: rows.flatMap((row) => (isReadable(row) ? [] : [row])) };
}

/** How a person acknowledges what a note refuses, in `istio.allow`. */
export const acknowledgement = (id: string) => `upgrade:${id}`;

/** Everything that `istio.allow` takes of them. */
export const acknowledgeable: readonly string[] = allNotes.filter(isReadable).map(({ id }) => acknowledgement(id));

/** What the gate says of a step. */
export interface GateNotes {
  readonly refused: readonly string[];
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** Shown of the hits of one note; `precheck` shows all. */
const shownHits = 3;

/** A finding as one line: what changes, whom it hits, what to do, where it stands. */
function findingText({ note: row, hits }: Finding): string {
  const shown = hits.slice(0, shownHits).map(({ object, says }) => `${object} ${says}`);
  const more = hits.length > shownHits ? [`and ${String(hits.length - shownHits)} more`] : [];
  return `${row.id}: ${row.title}. Here: ${[...shown, ...more].join("; ")}. To do: ${row.remedy}. See ${row.source}`;
}

/** Acknowledgements that acknowledge nothing: left in the settings they would hide what comes later. */
function staleText(allow: readonly string[], used: readonly string[]): readonly string[] {
  const stale = allow.filter((risk) => risk.startsWith(acknowledgement("")) && !used.includes(risk));
  return stale.map((risk) => `istio.allow: ${risk} acknowledges nothing of this run: remove it`);
}

/**
 * What the gate says of the notes.
 * @param verdict absent where the version does not change
 * @param allow risks acknowledged in `istio.allow`
 */
export function gateNotes(verdict: StepVerdict | undefined, allow: readonly string[]): GateNotes {
  if (verdict === undefined) return { refused: [], warnings: staleText(allow, []), notes: [] };
  const { findings, unjudged, elsewhere } = verdict;
  const of = (wanted: Verdict) => findings.filter((one) => one.verdict === wanted);
  const isAllowed = ({ note: row }: Finding) => allow.includes(acknowledgement(row.id));
  const refused = of("refuse");
  const ids = unjudged.map(({ note: row }) => row.id).join(", ");
  const unread = [...new Set(unjudged.flatMap((one) => one.unread))].join(", ");
  return {
    refused: refused
      .filter((one) => !isAllowed(one))
      .map(
        (one) =>
          `upgrade note ${findingText(one)}. Or acknowledge it with istio.allow: ["${acknowledgement(one.note.id)}"]`,
      ),
    warnings: [
      ...refused.filter(isAllowed).map((one) => `upgrade note, acknowledged: ${findingText(one)}`),
      ...of("warn").map((one) => `upgrade note ${findingText(one)}`),
      ...(unjudged.length === 0 ? [] : [`upgrade notes ${ids} are not judged in full: what cannot be read: ${unread}`]),
      ...staleText(
        allow,
        refused.map(({ note: row }) => acknowledgement(row.id)),
      ),
    ],
    notes: [
      ...of("inform").map((one) => `upgrade note ${findingText(one)}`),
      ...(elsewhere.length === 0
        ? []
        : [
            `upgrade notes ${elsewhere.map(({ id }) => id).join(", ")}: nothing of them is seen in a cluster; ` +
              "read them: jam-istio precheck, or docs/upgrade-notes.md",
          ]),
    ],
  };
}
