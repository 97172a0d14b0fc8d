import type { Severity } from "../../mesh/doctor/codes/row";
import type { Finding } from "../../mesh/doctor/finding";
import { countsText, needsCare, type Diagnosis } from "../../mesh/doctor/report";
import { needsOf } from "../../mesh/upgradeNotes/report";
import { outWidth, wrap } from "../../tools/table";
import { outColors } from "../terminal/colors";

const colorOf = { error: "red", warning: "yellow", info: "cyan" } as const satisfies Readonly<Record<Severity, string>>;

/** A text below its head, broken into lines on a terminal. */
function below(text: string, width: number | undefined, head = ""): string {
  const lines = width === undefined ? [text] : wrap(text, Math.max(width - 10, 20)).split("\n");
  return lines.map((line, at) => `  ${(at === 0 ? head : "").padEnd(8)}${line}`).join("\n");
}

/** Widths and colours of what is printed. */
interface Style {
  readonly width: number | undefined;
  readonly colors: typeof outColors;
}

function findingText(found: Finding, { width, colors }: Style): string {
  const { severity, code, object, sentence, evidence, remedy } = found;
  return [
    `${colors[colorOf[severity]](severity)} ${colors.bold(object)} (${code})`,
    below(sentence, width),
    below(evidence, width, "seen:"),
    // Whole, to be copied.
    ...(remedy === "" ? [] : [`  ${"do:".padEnd(8)}${remedy}`]),
  ].join("\n");
}

/** What the next minor needs, as one line. */
function nextText({ next }: Diagnosis): readonly string[] {
  if (next === undefined) return [];
  const needs = needsOf(next);
  const said = needs.length === 0 ? "nothing to do before it" : needs.join("; ");
  return [`the next minor, Istio ${next.to}: ${said} (npx jam-istio precheck --to ${next.to})`];
}

/** What a run of the doctor says, for a person. */
export function diagnosisText(diagnosis: Diagnosis, width = outWidth(), colors = outColors): string {
  const { instances, findings, unseen } = diagnosis;
  const names = instances.join(", ");
  const where = instances.length === 0 ? "no instance" : `namespace${instances.length === 1 ? "" : "s"} ${names}`;
  const color = needsCare(findings) ? colors.yellow : colors.green;
  const rest = findings.length === 0 ? "" : "; what a code means: npx jam-istio doctor --explain <code>";
  const whole = (line: string) => (width === undefined ? line : wrap(line, width));
  return [
    ...findings.map((one) => `${findingText(one, { width, colors })}\n`),
    ...unseen.map((line) => colors.yellow(whole(`not looked at: ${line}`))),
    ...nextText(diagnosis).map(whole),
    whole(`${color(`${where}: ${countsText(findings)}`)}${rest}`),
  ].join("\n");
}
