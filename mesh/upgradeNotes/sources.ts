import { isReadable } from "./note";
import { oldestProfiles, removedVariables } from "./removedSettings";
import { allNotes } from "./rows";

/** What Istio's sources say, by a name that says what it is: `variable PILOT_…`, `CRD …`. */
export type Facts = Readonly<Record<string, string>>;

/** What two versions of Istio's sources say otherwise. */
export interface Difference {
  readonly what: string;
  /** Absent: it is new. */
  readonly before?: string;
  /** Absent: it is gone. */
  readonly after?: string;
}

/** New values of charts and profiles have no user yet. What else is new may be the switch of a change, or a new bound. */
const isSilent = (what: string) => /^(value|profile) /.test(what);

/** What two versions of the sources say otherwise. */
export function differences(older: Facts, newer: Facts): readonly Difference[] {
  const changed = Object.entries(older).flatMap(([what, before]) => {
    const after = newer[what];
    if (after === before) return [];
    return [{ what, before, ...(after === undefined ? {} : { after }) }];
  });
  const added = Object.entries(newer).flatMap(([what, after]) =>
    older[what] === undefined && !isSilent(what) ? [{ what, after }] : [],
  );
  return [...changed, ...added];
}

/** The notes, and the tables of settings, that know of a difference: by its name. */
export function coveredBy({ what }: Pick<Difference, "what">): readonly string[] {
  const name = what.split(" ").at(-1) ?? "";
  const notes = allNotes.filter((row) => {
    const texts = [row.title, row.remedy, ...(row.keeps ?? []), isReadable(row) ? row.evidence : row.elsewhere];
    return texts.some((text) => text.includes(name));
  });
  const tables = Object.entries(removedVariables).filter(([, names]) => names.includes(name));
  const profile = /^profile compatibility-version-(\S+) /.exec(what)?.[1];
  return [
    ...notes.map(({ id }) => id),
    ...tables.map(([minor]) => `settings of ${minor}`),
    ...(profile !== undefined && !Object.values(oldestProfiles).includes(profile) ? ["oldest profiles"] : []),
  ];
}
