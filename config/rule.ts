import type { Sections } from "../settings/schema";

/** A problem with one key: `path` as a person would write it after `jam-istio:`. */
export interface Problem {
  readonly path: string;
  readonly text: string;
}

/** The valid sections. */
export type Given = Partial<Sections> & {
  /** Where some of `externalServices` are wrong: the places of the others in the list. */
  readonly servicePlaces?: readonly number[];
};
/** A rule over the valid sections: what it finds wrong. */
export type RuleOf = (given: Given) => readonly Problem[];

export const when = (condition: boolean, path: string, text: string): readonly Problem[] =>
  condition ? [{ path, text }] : [];
