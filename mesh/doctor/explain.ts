import { closest, distance } from "fastest-levenshtein";
import { codeRow, codes } from "./codes";

/** Every code, sorted. */
export const allCodes: readonly string[] = Object.keys(codes).sort();

/** What a code means, for a person; `undefined` where it is none. */
export function explanation(code: string): string | undefined {
  const row = codeRow(code);
  if (row === undefined) return undefined;
  const { title, explain, severity, analyze = [] } = row;
  const same = analyze.length === 0 ? [] : [`The same in istioctl analyze: ${analyze.join(", ")}`];
  return [`${code} (${severity}): ${title}`, "", explain, ...same].join("\n");
}

/** The code that is nearest to what somebody wrote, where one is near. */
export function nearestCode(written: string): string | undefined {
  const nearest = closest(written, allCodes);
  return distance(written, nearest) <= 4 ? nearest : undefined;
}
