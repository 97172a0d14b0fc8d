import { tableText } from "../../tools/table";
import type { FleetStack } from "./order";
import type { FleetReport, FleetRow, Outcome } from "./report";

/** Colours of a terminal, or none. */
interface Colors {
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly dim: (text: string) => string;
}

/** `1 stack`, `2 stacks`. */
export const countText = (count: number, word: string) => `${String(count)} ${word}${count === 1 ? "" : "s"}`;

/** A time for a person: `8 s`, `3 min 12 s`, `1 h 4 min`. */
export function secondsText(seconds: number): string {
  const all = Math.round(seconds);
  if (all < 60) return `${String(all)} s`;
  if (all < 3600) return `${String(Math.floor(all / 60))} min ${String(all % 60)} s`;
  return `${String(Math.floor(all / 3600))} h ${String(Math.floor((all % 3600) / 60))} min`;
}

const roleText = ({ owner, first }: FleetStack) =>
  [...(owner ? ["owns its control plane"] : []), ...(first ? ["before all others"] : [])].join(", ");

/** The order for a person, before it is begun. @param width of the terminal; none: a line a stack, without a frame */
export function orderText(rows: readonly FleetRow[], head: string, width: number | undefined): string {
  const turn = (row: FleetRow) =>
    row.outcome === "skipped" ? "-" : String(rows.filter(({ outcome }) => outcome === "waiting").indexOf(row) + 1);
  const lines = rows.map((row) => [
    turn(row),
    row.stack,
    row.cluster,
    row.outcome === "skipped" ? "skipped: it went through before" : roleText(row),
  ]);
  return `${head}\n${tableText(["turn", "stack", "cluster", "role"], lines, width)}`;
}

/** How the outcome of a stack is shown. */
export function outcomeText(outcome: Outcome, colors: Colors): string {
  if (outcome === "done" || outcome === "skipped") return colors.green(outcome);
  if (outcome === "failed") return colors.red(outcome);
  return outcome === "waiting" || outcome === "running" ? outcome : colors.yellow(outcome);
}

/** `2 done, 1 failed`, in the order in which they matter. */
export function countsText(rows: readonly FleetRow[]): string {
  const order: readonly Outcome[] = [
    "done",
    "skipped",
    "found",
    "failed",
    "stopped",
    "not begun",
    "running",
    "waiting",
  ];
  return order
    .map((outcome) => [outcome, rows.filter((row) => row.outcome === outcome).length] as const)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${String(count)} ${outcome}`)
    .join(", ");
}

/** How many details of a stack are shown; its log has all. */
const shown = 10;

function detailLines({ stack, details = [] }: FleetRow, colors: Colors): readonly string[] {
  const rest = details.length > shown ? [`${stack}: and ${String(details.length - shown)} more`] : [];
  return [...details.slice(0, shown).map((line) => `${stack}: ${line}`), ...rest].map(
    (line) => `${colors.yellow("!")} ${line}`,
  );
}

/** What is to be done after a run. */
function adviceText({ command, stacks, state }: FleetReport): readonly string[] {
  const isOver = state === "ended" && stacks.every(({ outcome }) => ["done", "skipped", "found"].includes(outcome));
  if (isOver || (command !== "up" && command !== "preview")) return [];
  return [`to go on with what is left: npm run fleet -- ${command} --resume`];
}

/** A report for a person. */
export function reportText(report: FleetReport, colors: Colors): string {
  const { stacks, seconds, logs } = report;
  const rows = stacks.map((row) => [
    row.stack,
    row.cluster,
    outcomeText(row.outcome, colors),
    row.seconds === undefined ? "" : secondsText(row.seconds),
    row.what ?? "",
  ]);
  return [
    tableText(["stack", "cluster", "outcome", "time", "result"], rows),
    ...stacks.flatMap((row) => detailLines(row, colors)),
    `${countText(stacks.length, "stack")} in ${secondsText(seconds)}: ${countsText(stacks)}`,
    `logs and report: ${logs}`,
    ...adviceText(report),
  ].join("\n");
}

/** Exit codes of a run. */
export const fleetCodes = { done: 0, failed: 1, found: 3, stopped: 4 } as const;

/** The exit code of a run: a stop by hand before a failure, that before what was found. */
export function codeOf({ state, stacks }: FleetReport): number {
  const has = (...some: readonly Outcome[]) => stacks.some(({ outcome }) => some.includes(outcome));
  if (state === "stopped") return fleetCodes.stopped;
  if (has("failed", "not begun", "stopped")) return fleetCodes.failed;
  return has("found") ? fleetCodes.found : fleetCodes.done;
}
