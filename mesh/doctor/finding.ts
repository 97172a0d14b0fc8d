import type { Code } from "./codes";
import type { Severity } from "./codes/row";
import type { Evidence } from "./evidence";

/** What a check found, before its code's severity is added. */
export interface Hit {
  readonly code: Code;
  /** What it is about: `VirtualService dev701/app`. */
  readonly object: string;
  /** What was seen. */
  readonly evidence: string;
  /** What is wrong and what it does, in one sentence. */
  readonly sentence: string;
  /** One command, or one line of YAML, or what to change. */
  readonly remedy: string;
  /** Where it differs from the code's own. */
  readonly severity?: Severity;
}

/** A finding. */
export interface Finding extends Omit<Hit, "code" | "severity"> {
  /** A code of this program's, or one of `istioctl analyze`. */
  readonly code: string;
  readonly severity: Severity;
}

/** A check: from what was read to what is wrong. */
export type Check = (evidence: Evidence) => readonly Hit[];
