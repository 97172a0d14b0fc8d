import { randomBytes } from "node:crypto";
import { clusterError } from "../terminal/clusterError";
import { connect } from "../../cluster/client/kubernetesClient";
import { DrillRefused } from "../../cluster/faults/judgeDrill";
import { runDrill, type DrillEnd, type DrillReport } from "../../cluster/faults/runDrill";
import { countersText, type FaultCounters } from "../../mesh/faults/faultCounters";
import { endLine } from "../../mesh/faults/faultObjects";
import { chooseFault } from "../../mesh/faults/findFault";
import { meshPlan } from "../../mesh/meshPlan";
import { milliseconds } from "../../settings/duration";
import { errorColors, outColors } from "../terminal/colors";
import { proxiesText } from "./endFaultsCommand";
import { spanText } from "../../tools/spanText";
import { readStack } from "../stack/stackFile";
import { UserError } from "../terminal/userError";

interface Options {
  readonly for: string;
  readonly stopIf?: string;
  readonly reaper: boolean;
  readonly json?: boolean;
}

const day = 86_400_000;
const codes: Readonly<Record<DrillEnd, number>> = { time: 0, probe: 3, hand: 4, elsewhere: 4 };

const say = (line: string) => process.stderr.write(`${process.stderr.isTTY ? "\r\x1b[K" : ""}${line}\n`);

/** The countdown: one line that changes on a terminal, a line every minute elsewhere. */
function countdown(): (leftMs: number, hits: FaultCounters) => void {
  let lines = 0;
  return (leftMs, hits) => {
    const text = `${spanText(leftMs)} left; ${countersText(hits)}`;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${errorColors.yellow(text)}`);
    else if (lines++ % 60 === 0) say(text);
  };
}

function reportText({ drill, start, end, why, probe, hits, proxies }: DrillReport): string {
  const ends: Readonly<Record<DrillEnd, string>> = {
    time: outColors.green("it ran its time"),
    probe: outColors.red(`the probe failed: ${probe ?? ""}`),
    hand: outColors.yellow("it was stopped by hand"),
    elsewhere: outColors.yellow("somebody else removed the fault"),
  };
  const length = spanText(Date.parse(end) - Date.parse(start));
  return [`drill ${drill}: ${ends[why]} after ${length}`, countersText(hits), ...proxiesText(proxies)].join("\n");
}

/** Runs a drill of one of the settings' faults. */
export async function drill(stack: string, asked: string, options: Options): Promise<void> {
  const settings = readStack(stack);
  const fault = chooseFault(settings.faultInjection.faults, asked);
  const ms = milliseconds(options.for);
  const problems = [
    ...(typeof fault === "string" ? [fault] : []),
    ...(ms < 1000 || ms > day ? [`--for ${options.for}: not allowed. Allowed: 1s to 24h, such as 10m or 1h30m`] : []),
    ...(options.stopIf?.trim() === "" ? ["--stop-if: empty. Allowed: a command, or an http(s) URL"] : []),
  ];
  if (typeof fault === "string" || problems.length > 0) throw new UserError(problems.join("; "));
  // A terminal or a pipe that is gone must not end this process before the fault is out.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      stop.abort();
      say("stopping: removing the fault");
    });
  const task = {
    plan: meshPlan(settings),
    fault,
    ms,
    probe: options.stopIf,
    reaper: options.reaper,
    signal: stop.signal,
    log: say,
    tick: countdown(),
  };
  const name = `${stack}/${randomBytes(4).toString("hex")}`;
  const cluster = await connect(settings.kubernetes).catch((error: unknown) => {
    throw clusterError("no fault was injected: the cluster cannot be read", error);
  });
  const report = await runDrill(cluster, task, name).catch((error: unknown) => {
    if (error instanceof DrillRefused) throw new UserError(`no fault was injected: ${error.message}`);
    throw clusterError("the drill failed", error, `Should a fault be left: ${endLine(settings.namespace)}`);
  });
  process.stdout.write(`${options.json === true ? JSON.stringify(report, undefined, 2) : reportText(report)}\n`);
  process.exitCode = codes[report.why];
}
