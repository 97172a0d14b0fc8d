import { objectLines } from "../formats/lines";
import { painted, type Painter } from "../formats/text";
import { isClean, type Drift, type Drifted } from "./drift";

const kinds: Readonly<Record<Drifted["kind"], string>> = {
  changed: "was changed",
  missing: "is missing",
  additional: "nobody asked for it: up leaves it alone",
};

function driftedLines({ name, kind, changes }: Drifted, paint: Painter): readonly string[] {
  const lines = objectLines({ kind: "changed", group: "rest", name, changes, hidden: 0 }, false);
  return [paint.yellow(`! ${name}: ${kinds[kind]}`), ...lines.map((line) => `    ${painted(line, paint)}`)];
}

function endText({ stack, drifted, unknown }: Drift): string {
  if (drifted.length > 0) return `To put back what was changed or is missing: npm run up -- ${stack} --reapply`;
  return unknown.length > 0 ? "Not all could be compared: nothing is said of the rest" : "";
}

/** A drift for a person. */
export function driftText(drift: Drift, paint: Painter): string {
  const { stack, drifted, unknown, compared, presence, byDesign, notes } = drift;
  const head = drifted.length === 0 ? "no drift was found" : `${String(drifted.length)} objects drifted`;
  const counts = `${String(compared)} objects compared, of ${String(presence)} it was seen that they are there`;
  const expected = byDesign === 0 ? "" : `; ${String(byDesign)} fields that others set by design`;
  return [
    `stack ${stack}: ${isClean(drift) ? paint.green(head) : head}`,
    ...(drifted.some(({ kind }) => kind === "changed") ? ["- is there, + should be"] : []),
    ...drifted.flatMap((one) => driftedLines(one, paint)),
    ...unknown.map(({ name, why }) => paint.red(`? ${name}: ${why}`)),
    ...notes.map((line) => `note: ${line}`),
    `${counts}${expected}`,
    ...(isClean(drift) ? [] : [endText(drift)]),
  ].join("\n");
}
