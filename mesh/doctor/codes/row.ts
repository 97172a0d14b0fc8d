/** How much harm a finding does: `error`, requests fail or will; `warning`, they may; `info`, worth knowing. */
export type Severity = "error" | "warning" | "info";

/** What is known of a code. */
export interface CodeRow {
  readonly severity: Severity;
  /** The row of the catalogue of problems that it is of. */
  readonly problem: string;
  /** In one line. */
  readonly title: string;
  /** Why it is one, and what it does. */
  readonly explain: string;
  /** Codes of `istioctl analyze` that say the same. */
  readonly analyze?: readonly string[];
}

export type CodeTable = Readonly<Record<string, CodeRow>>;
