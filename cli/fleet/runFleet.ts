import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nextOf, type Rules } from "../../delivery/fleet/next";
import type { FleetCommand, FleetReport, FleetRow } from "../../delivery/fleet/report";
import { countText, outcomeText, secondsText } from "../../delivery/fleet/text";
import { errorColors } from "../terminal/colors";
import { startChild, type Child } from "./child";
import { showLive } from "./live";
import { endOf, saveReport } from "./logs";
import { resultOf } from "./results";

/** A run over the fleet. */
export interface FleetRun {
  readonly command: FleetCommand;
  /** Whether faults are to be ended. */
  readonly off: boolean;
  readonly rows: readonly FleetRow[];
  readonly rules: Omit<Rules, "stopped">;
  readonly logs: string;
}

/** So much of a log is looked at. */
const logBytes = 16384;

/** The command of this program that does it for one stack, and whether it prints JSON. */
function commandOf(
  { command, off }: FleetRun,
  stack: string,
): { readonly args: readonly string[]; readonly json: boolean } {
  const own = {
    preview: ["preview", stack],
    up: ["up", stack, "--yes"],
    status: ["mesh", "status", stack, "--json"],
    drift: ["drift", stack, "--json"],
    faults: ["mesh", "faults", stack, "--json", ...(off ? ["--off"] : [])],
  };
  return { args: own[command], json: command !== "preview" && command !== "up" };
}

/** Runs the command for each stack, each in a process of its own; the report is kept up to date meanwhile. */
export async function runFleet(run: FleetRun): Promise<FleetReport> {
  const { command, off, rules, logs } = run;
  const began = Date.now();
  let rows = run.rows;
  const by = { hand: false };
  const children = new Map<string, Child>();
  const seconds = (since: number) => Math.round((Date.now() - since) / 100) / 10;
  const report = (state: FleetReport["state"]): FleetReport => {
    const { parallel, maxFailures } = rules;
    const begin = { form: "jam-istio fleet 1" as const, command, state, began: new Date(began).toISOString() };
    const limit = maxFailures === undefined ? {} : { maxFailures };
    return { ...begin, seconds: seconds(began), parallel, ...limit, logs, stacks: [...rows] };
  };
  const live = showLive(
    () => rows,
    ({ log }) => (log === undefined ? "" : endOf(join(logs, log), 1024)),
  );
  const set = (stack: string, change: Partial<FleetRow>) => {
    rows = rows.map((row) => (row.stack === stack ? { ...row, ...change } : row));
    saveReport(report("running"));
    const { outcome, seconds: took, what } = { ...rows.find((row) => row.stack === stack), ...change };
    if (outcome === undefined) return;
    const rest = [...(took === undefined ? [] : [`after ${secondsText(took)}`]), ...(what === undefined ? [] : [what])];
    const text = outcome === "running" ? "begins" : outcomeText(outcome, errorColors);
    live.line(`${stack}: ${[text, ...rest].join(", ")}`);
  };
  const runOne = async (stack: string) => {
    const { args, json } = commandOf(run, stack);
    // The names that `comment --previews` and `drift-issue --from` read.
    const log = command === "preview" ? `${stack}.txt` : `${stack}.log`;
    const output = json ? `${stack}.json` : undefined;
    const since = Date.now();
    const files = { log, ...(output === undefined ? {} : { output }) };
    set(stack, { outcome: "running", began: new Date(since).toISOString(), ...files });
    const child = startChild(args, join(logs, log), output && join(logs, output));
    children.set(stack, child);
    const code = await child.ended;
    children.delete(stack);
    writeFileSync(join(logs, `${stack}.code`), `${String(code)}\n`);
    const printed = output === undefined ? "" : readFileSync(join(logs, output), "utf8");
    const ended = { code, log: endOf(join(logs, log), logBytes), output: printed };
    set(stack, { ...resultOf(command, ended, { off, interrupted: by.hand }), seconds: seconds(since) });
  };
  const work = async (): Promise<void> => {
    const { begin, never } = nextOf(rows, { ...rules, stopped: by.hand });
    for (const { stack, why } of never) set(stack, { outcome: "not begun", what: why });
    await Promise.all(begin.map((stack) => runOne(stack).then(work)));
  };
  const stop = () => {
    const waiting = `waiting for ${countText(children.size, "stack")} to end`;
    // Once each: a second interrupt would have Pulumi leave its step, and lose what it did.
    live.line(by.hand ? `still ${waiting}` : `stopping: none is begun any more, ${waiting}`);
    if (!by.hand) for (const child of children.values()) child.interrupt();
    by.hand = true;
  };
  // The terminal may go away meanwhile; the run goes on to its end all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    await work();
  } finally {
    for (const signal of signals) process.off(signal, stop);
    live.end();
  }
  const isCut = rows.some(({ outcome }) => outcome === "stopped" || outcome === "not begun");
  const ended = report(by.hand && isCut ? "stopped" : "ended");
  saveReport(ended);
  return ended;
}
