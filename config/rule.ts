import type { Sections } from "../settings/schema";
import { isMap } from "./raw";

/** A problem with one key: `path` as a person would write it after `jam-istio:`. */
export interface Problem {
  readonly path: string;
  readonly text: string;
}

/** The valid sections. */
export type Given = Partial<Sections> & {
  /** Where some of `externalServices` are wrong: the places of the others in the list. */
  readonly servicePlaces?: readonly number[];
  /** Whether Pulumi keeps `chartCredentials`, or a part of it, as a secret. */
  readonly secretCredentials?: boolean;
  /** The sections as a person wrote them, before defaults. */
  readonly written?: Readonly<Record<string, unknown>>;
};
/** A rule over the valid sections: what it finds wrong. */
export type RuleOf = (given: Given) => readonly Problem[];

export const when = (condition: boolean, path: string, text: string): readonly Problem[] =>
  condition ? [{ path, text }] : [];

/** Whether a person wrote a key of a section that is valid, such as `kiali.username`, and not an empty map. */
export function wasWritten(given: Given, path: string): boolean {
  const [section = "", ...rest] = path.split(".");
  if (given[section as keyof Given] === undefined) return false;
  const value = rest.reduce<unknown>((map, key) => (isMap(map) ? map[key] : undefined), given.written?.[section]);
  return value !== undefined && !(isMap(value) && Object.keys(value).length === 0);
}
