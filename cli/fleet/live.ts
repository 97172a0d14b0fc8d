import { cursorTo, moveCursor, clearScreenDown } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { countsText, secondsText } from "../../delivery/fleet/text";
import type { FleetRow } from "../../delivery/fleet/report";
import { say } from "../terminal/say";

/** What is shown while a run is at work. */
export interface Live {
  /** A line that stays. */
  readonly line: (text: string) => void;
  readonly end: () => void;
}

/** Where output goes to no terminal: lines alone. */
const plain: Live = { line: say, end: () => undefined };

/** The rows below the lines that stay: each stack that is at work with its newest line, then how many are where. */
export function liveRows(
  rows: readonly FleetRow[],
  newestLine: (row: FleetRow) => string,
  { now, columns, height }: { readonly now: number; readonly columns: number; readonly height: number },
): readonly string[] {
  const running = rows.filter(({ outcome }) => outcome === "running");
  const width = Math.max(...running.map(({ stack }) => stack.length), 0);
  const lines = running.map((row) => {
    const time = secondsText((now - Date.parse(row.began ?? "")) / 1000);
    return `> ${row.stack.padEnd(width)}  ${time.padEnd(10)}  ${newestLine(row)}`;
  });
  // One column stays free: a terminal may break the line at the last one.
  return [...lines.slice(0, Math.max(height - 2, 0)), countsText(rows)].map((line) => line.slice(0, columns - 1));
}

/**
 * Shows a run on standard error: on a terminal with rows that are drawn anew twice a second, elsewhere as lines.
 * @param logEnd the end of a stack's log
 */
export function showLive(rows: () => readonly FleetRow[], logEnd: (row: FleetRow) => string): Live {
  const out = process.stderr;
  if (!out.isTTY) return plain;
  let drawn = 0;
  const clear = () => {
    moveCursor(out, 0, -drawn);
    cursorTo(out, 0);
    clearScreenDown(out);
    drawn = 0;
  };
  const newestLine = (row: FleetRow) =>
    stripVTControlCharacters(logEnd(row)).trim().split("\n").at(-1)?.replace(/\s+/g, " ").trim() ?? "";
  const draw = () => {
    const lines = liveRows(rows(), newestLine, { now: Date.now(), columns: out.columns, height: out.rows });
    clear();
    out.write(lines.map((line) => `${line}\n`).join(""));
    drawn = lines.length;
  };
  const timer = setInterval(draw, 500);
  const line = (text: string) => {
    clear();
    say(text);
    draw();
  };
  const end = () => {
    clearInterval(timer);
    clear();
  };
  return { line, end };
}
