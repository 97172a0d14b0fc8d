import { readFileSync } from "node:fs";
import { join } from "node:path";
import { orderOf } from "../../delivery/fleet/order";
import type { FleetCommand, FleetReport, FleetRow } from "../../delivery/fleet/report";
import { firstRows } from "../../delivery/fleet/resume";
import { codeOf, countText, orderText, reportText } from "../../delivery/fleet/text";
import { sha256 } from "../../delivery/plan/canonical";
import { programDigest } from "../../delivery/plan/programDigest";
import { programFiles } from "../../rehearse/project";
import { projectRoot } from "../../tools/projectRoot";
import { checkNames } from "../delivery/stacksCommand";
import { findEngine } from "../engine/openStack";
import { projectFolder, readLocation } from "../stack/stackFile";
import { ask, canAsk } from "../terminal/ask";
import { outColors } from "../terminal/colors";
import { say } from "../terminal/say";
import { UserError } from "../terminal/userError";
import { chooseStacks, matcher, placeStacks, type Choice } from "./choose";
import { earlierReport, makeLogs } from "./logs";
import { runFleet } from "./runFleet";

/** What the commands of the fleet take. */
export interface FleetOptions extends Choice {
  readonly parallel: string;
  readonly maxFailures?: string;
  readonly logs?: string;
  readonly json?: boolean;
  readonly first?: readonly string[];
  readonly resume?: boolean;
  readonly yes?: boolean;
  readonly off?: boolean;
}

function wholeNumber(option: string, text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) > 0) return Number(text);
  throw new UserError(`${option}: "${text}" is no number that it can be. Allowed: 1 to 999`);
}

/** Digest of what a stack is made of: its file, but for what Pulumi writes there at the first run, and the program. */
function inputsReader(): (stack: string) => string {
  const program = programDigest(projectRoot, [...programFiles, "package-lock.json"]);
  return (stack) => {
    const lines = readFileSync(join(projectFolder, `Pulumi.${stack}.yaml`), "utf8").split("\n");
    return sha256(program + lines.filter((line) => !line.startsWith("encryptionsalt:")).join("\n"));
  };
}

function readEarlier(command: FleetCommand, { resume, logs, stacks, changed, first = [] }: FleetOptions) {
  if (resume !== true) return undefined;
  if (stacks.length > 0 || changed !== undefined || first.length > 0)
    throw new UserError("--resume goes on with the stacks of that run: not with --stacks, --changed or --first");
  return earlierReport(command, logs);
}

function headText(command: FleetCommand, rows: readonly FleetRow[], parallel: number): string {
  const count = rows.filter(({ outcome }) => outcome === "waiting").length;
  const clusters = countText(new Set(rows.map(({ cluster }) => cluster)).size, "cluster");
  const one = command === "up" ? ", one of a cluster" : "";
  return `${command} of ${countText(count, "stack")} in ${clusters}, at the same time ${String(parallel)} at most${one}:`;
}

/** The stacks in their order. */
async function planRun(command: FleetCommand, options: FleetOptions): Promise<readonly FleetRow[]> {
  const earlier = readEarlier(command, options);
  const names = await chooseStacks(options, earlier);
  const wasFirst = earlier?.stacks.filter(({ first }) => first).map(({ stack }) => stack);
  const isFirst = matcher("--first", wasFirst ?? options.first ?? [], names);
  const placed = placeStacks(names, command === "up");
  if (command === "up") checkNames();
  return firstRows(orderOf(placed, isFirst), inputsReader(), earlier);
}

/** Whether the run may begin. */
async function mayBegin(command: FleetCommand, { yes = false }: FleetOptions, count: number): Promise<boolean> {
  if (command !== "up" || yes) return true;
  return ask(`Deploy ${countText(count, "stack")}? npm run fleet -- preview shows what would change.`);
}

const print = (report: FleetReport, json: boolean | undefined) =>
  process.stdout.write(`${json === true ? JSON.stringify(report, undefined, 2) : reportText(report, outColors)}\n`);

/** Runs a command for many stacks. @throws UserError with what is wrong, before any was begun */
export async function fleet(command: FleetCommand, options: FleetOptions): Promise<void> {
  const parallel = wholeNumber("--parallel", options.parallel);
  const { maxFailures: limit = command === "up" ? "1" : undefined, yes = false, json, off = false } = options;
  const maxFailures = limit === undefined ? undefined : wholeNumber("--max-failures", limit);
  if (command === "up" && !yes && !canAsk())
    throw new UserError("nobody can be asked here; to deploy without a question: --yes");
  const rows = await planRun(command, options);
  const waiting = rows.filter(({ outcome }) => outcome === "waiting");
  const [next] = waiting;
  if (next === undefined) {
    say(rows.length === 0 ? "no stack is chosen: nothing is done" : "every stack went through before: nothing is done");
    return;
  }
  say(orderText(rows, headText(command, rows, parallel), process.stderr.isTTY ? process.stderr.columns : undefined));
  if (!(await mayBegin(command, options, waiting.length))) {
    say("nothing was changed");
    return;
  }
  // Once for all: what is made or downloaded at the first run is not made by many at the same time.
  if (command === "up" || command === "preview") await findEngine(kubeconfigOf(next.stack));
  const rules = { parallel, maxFailures, changes: command === "up" };
  const logs = makeLogs(command, options.logs);
  const report = await runFleet({ command, off, rows, rules, logs });
  print(report, json);
  process.exitCode = codeOf(report);
}

/** The kubeconfig that a stack's file names; of a file that is wrong there, none. */
function kubeconfigOf(stack: string): string | undefined {
  try {
    return readLocation(stack).place.kubernetes.kubeconfig;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
