import Table from "cli-table3";
import { stripVTControlCharacters } from "node:util";

/** Columns of the terminal that standard output is, 80 where it does not say; `undefined` where it is none. */
export const outWidth = (): number | undefined => (process.stdout.isTTY ? process.stdout.columns || 80 : undefined);

const lengthOf = (text: string) => stripVTControlCharacters(text).length;

/** Behind which characters a name, a path or a URL is broken. */
const marks = /[./|:_,-]/;
/** What stands between the parts of a text that are broken nowhere. */
const parts = new RegExp(` |(?<=${marks.source})`);

/** Where a word is broken that is longer than a line: behind a mark; anywhere, where that would leave most of the line empty. */
function breakOf(word: string, width: number): number {
  let at = width;
  while (at > 0 && !marks.test(word[at - 1] ?? "")) at -= 1;
  return at * 3 >= width ? at : width;
}

/** Breaks a text into lines between its words, and a word that is longer than a line where it has marks. */
export function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (lengthOf(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (lengthOf(line) > width) {
      const at = breakOf(line, width);
      lines.push(line.slice(0, at));
      line = line.slice(at);
    }
  }
  return [...lines, line].join("\n");
}

/** The longest part of a text that is broken nowhere, so far as there is room. */
const longestPart = (text: string) =>
  Math.max(
    ...stripVTControlCharacters(text)
      .split(parts)
      .map((part) => part.length),
  );

/** Widths of columns that fit into a width together: the widest gives way first, and none below its words as long as another can. */
function fit(natural: readonly number[], least: readonly number[], room: number): readonly number[] {
  const widths = [...natural];
  for (let over = widths.reduce((sum, one) => sum + one, 0) - room; over > 0; over--) {
    const isRoomy = (width: number, at: number) => width > (least[at] ?? 1);
    const gives = widths.some(isRoomy) ? isRoomy : () => true;
    const widest = Math.max(...widths.filter(gives));
    if (widest <= 1) break;
    widths[widths.findIndex((width, at) => width === widest && gives(width, at))] = widest - 1;
  }
  return widths;
}

/**
 * A table: on a terminal with a frame, as wide as the terminal at the most. Elsewhere a line a row, without a frame: columns are
 * two spaces or more apart, `-` stands for an empty cell, and nothing is broken, for grep and scripts.
 * @param width {@link outWidth}
 */
export function tableText(head: readonly string[], rows: readonly (readonly string[])[], width = outWidth()): string {
  const longest = (length: (text: string) => number) =>
    head.map((_, at) => Math.max(...[head, ...rows].map((row) => length(row[at] ?? ""))));
  const natural = longest(lengthOf);
  if (width === undefined) {
    const padded = (text: string, at: number) => text + " ".repeat(Math.max((natural[at] ?? 0) - lengthOf(text), 0));
    return [head, ...rows]
      .map((row) =>
        row
          .map((cell, at) => padded(cell || "-", at))
          .join("  ")
          .trimEnd(),
      )
      .join("\n");
  }
  // Of each column a border and two spaces, and the last border.
  const widths = fit(natural, longest(longestPart), width - 3 * head.length - 1);
  const wrapped = (row: readonly string[]) => row.map((cell, at) => wrap(cell, widths[at] ?? 1));
  const table = new Table({ head: wrapped(head), style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push(wrapped(row));
  return table.toString();
}
