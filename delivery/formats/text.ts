import type { StackDiff } from "../stackDiff";
import { groupTitles, objectLines, objectTitle } from "./lines";
import { consequences, grouped, titleText, totalText } from "./overview";

/** The colours of a terminal, or none. */
export interface Painter {
  readonly bold: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly yellow: (text: string) => string;
}

/** A line of a change in its colour. */
export function painted(line: string, { red, green, cyan }: Painter): string {
  if (line.startsWith("+")) return green(line);
  if (line.startsWith("-")) return red(line);
  return line.startsWith("@@") ? cyan(line) : line;
}

/** A diff for a terminal, or for a file. */
export function diffText(diff: StackDiff, paint: Painter): string {
  const objects = grouped(diff).flatMap((group) => [
    "",
    paint.bold(`${groupTitles[group.group]} (${String(group.objects.length)})`),
    ...group.objects.flatMap((one) => [
      `  ${paint.bold(objectTitle(one))}`,
      ...objectLines(one, false).map((line) => `    ${painted(line, paint)}`),
    ]),
  ]);
  return [
    paint.bold(titleText(diff)),
    ...diff.notes.map((line) => (line.startsWith("INCOMPLETE") ? paint.red(line) : `note: ${line}`)),
    ...diff.warnings.map((line) => paint.yellow(`warning: ${line}`)),
    ...(diff.objects.length === 0 ? [] : consequences(diff).map((line) => paint.yellow(line))),
    ...objects,
    ...(objects.length === 0 ? [] : [""]),
    totalText(diff),
  ].join("\n");
}
