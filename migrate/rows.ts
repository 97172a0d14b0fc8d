/** What became of an old key. */
export type Outcome = "carried" | "default" | "changed" | "left out";

/** An old key, what became of it, and why. */
export interface Row {
  /** Path in the old values. */
  readonly old: string;
  /** The file that its value is from. */
  readonly file: string;
  readonly outcome: Outcome;
  /** The new key; absent where there is none. */
  readonly to?: string;
  readonly why?: string;
}

/** A part of the new settings, with what it was made from. */
export interface Part {
  /** Sections by their key after `jam-istio:`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly rows: readonly Row[];
  /** What a person has to mend first, a line each. */
  readonly problems: readonly string[];
}

/** What a template's `if` takes for true: all but false, nothing, 0 and the empty string. */
export const isTruthy = (value: unknown) =>
  value !== undefined && value !== null && value !== false && value !== 0 && value !== "";

/** Parts as one. */
export function joinParts(parts: readonly Part[]): Part {
  return {
    config: Object.assign({}, ...parts.map(({ config }) => config)) as Part["config"],
    rows: parts.flatMap(({ rows }) => rows),
    problems: parts.flatMap(({ problems }) => problems),
  };
}
