import type { Severity } from "./codes/row";
import type { ReportedHop } from "../upgradeNotes/report";
import type { Finding } from "./finding";

/** What a run of the doctor says. */
export interface Diagnosis {
  /** Namespaces of the instances that were looked at. */
  readonly instances: readonly string[];
  /** When, ISO 8601. */
  readonly time: string;
  /** What harms most first. */
  readonly findings: readonly Finding[];
  /** What could not be read, and why, a line each. */
  readonly unseen: readonly string[];
  /** What the step to the next minor of Istio would meet; absent where none is known. It is nothing that is wrong today. */
  readonly next?: ReportedHop;
}

const severities: readonly Severity[] = ["error", "warning", "info"];

/** How many there are of each severity, for a person: `2 errors, 1 warning`. */
export function countsText(findings: readonly Finding[]): string {
  const counts = severities.flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length;
    if (count === 0) return [];
    return [`${String(count)} ${severity}${count === 1 || severity === "info" ? "" : "s"}`];
  });
  return counts.join(", ") || "nothing found";
}

/** Whether there is something to do: what is only worth knowing is not. */
export const needsCare = (findings: readonly Finding[]): boolean =>
  findings.some(({ severity }) => severity !== "info");
