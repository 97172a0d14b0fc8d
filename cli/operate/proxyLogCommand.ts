import { once } from "node:events";
import { bounded, connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { followProxies, LogRefused, type LogReport, type LogTask } from "../../cluster/proxyLog/followProxies";
import { restoreLevels } from "../../cluster/proxyLog/resetLevels";
import { findProxies } from "../../mesh/istio/findPods";
import { isLive } from "../../mesh/istio/proxies";
import { logLevels } from "../../mesh/proxyLog/levels";
import { isOver, markOf } from "../../mesh/proxyLog/mark";
import { milliseconds } from "../../settings/duration";
import { clusterError } from "../terminal/clusterError";
import { errorColors } from "../terminal/colors";
import { UserError } from "../terminal/userError";
import { readTarget, type Target, type TargetOptions } from "./target";
import { targetText } from "./targetText";
import { say } from "../terminal/say";

interface Options extends TargetOptions {
  readonly level?: string;
  readonly logger?: string;
  readonly for?: string;
  readonly grep?: string;
  readonly reset?: boolean;
  readonly json?: boolean;
}

/** Exit code where levels are still raised. */
const leftCode = 3;
const day = 86_400_000;
/** A person's expression; `undefined` where it is none. */
function expressionOf(text: string): RegExp | undefined {
  try {
    return new RegExp(text);
  } catch {
    return undefined;
  }
}

/** Reads the options. @throws UserError with all that is wrong */
function readOptions(name: string | undefined, options: Options) {
  const { level = "debug", logger, grep = "" } = options;
  const ms = milliseconds(options.for ?? "10m");
  const loggers = logger?.split(",").map((one) => one.trim());
  const found = expressionOf(grep);
  const beside = ["level", "logger", "for", "grep"].filter((key) => key in options);
  const problems = [
    ...(options.reset === true && beside.length > 0 ? [`--reset takes no --${beside.join(", --")}`] : []),
    ...(options.reset !== true && name === undefined
      ? ["whose log? Name a pod or a workload, or give --reset alone"]
      : []),
    ...(logLevels.some((one) => one === level)
      ? []
      : [`--level ${level}: not allowed. Allowed: ${logLevels.join(", ")}`]),
    ...(loggers?.every((one) => /^\w+$/.test(one)) === false
      ? [
          `--logger ${logger ?? ""}: not allowed. Allowed: names of loggers with commas between them, such as http,router`,
        ]
      : []),
    ...(ms < 1000 || ms > day
      ? [`--for ${options.for ?? ""}: not allowed. Allowed: 1s to 24h, such as 10m or 1h30m`]
      : []),
    ...(found === undefined ? [`--grep ${grep}: no regular expression`] : []),
  ];
  if (found === undefined || problems.length > 0) throw new UserError(problems.join("; "));
  return { level, loggers, ms, grep: found };
}

const podsOf = async ({ core }: Cluster, namespace: string) =>
  (await bounded("the Kubernetes API", 30, core.listNamespacedPod({ namespace }))).items;

function reportText({ pod, end, why = "", restored }: LogReport, again: string): string {
  const ends = { time: "its time is over", hand: "stopped by hand", gone: "", broken: `broke off: ${why}` };
  if (restored.levels === "gone") return errorColors.yellow(`${pod}: the pod is gone, and its levels with it`);
  const head = `${pod}: ${ends[end]}`;
  if (restored.levels === "left")
    return errorColors.red(`${head}. ITS LEVELS ARE STILL RAISED (${restored.why}). Put them back: ${again} ${pod}`);
  const text = `${head}; its levels are as before`;
  return end === "broken" ? errorColors.yellow(text) : errorColors.green(text);
}

/** The line with which a person puts levels back. */
const resetLine = (options: TargetOptions) => `npx jam-istio proxy-log --reset ${targetText(options)}`;

async function reset(cluster: Cluster, { namespace }: Target, name: string | undefined, options: Options) {
  const all = await podsOf(cluster, namespace);
  const named = name === undefined ? all.filter(isLive) : findProxies(all, name);
  if (typeof named === "string") throw new UserError(named);
  const marked = named.flatMap((pod) => {
    const mark = markOf(pod);
    return mark === undefined ? [] : [{ pod, mark, name: pod.metadata?.name ?? "" }];
  });
  const results = [];
  for (const { pod, mark, name: own } of marked) {
    // Of a pod that nobody named only what no run is at work on.
    const inUse = name === undefined && !isOver(mark, Date.now());
    const restored = inUse
      ? { levels: "in use" as const, until: mark.until }
      : await restoreLevels(cluster, pod, mark, { once: true });
    results.push({ pod: own, ...restored });
    if (restored.levels === "in use")
      say(`${own}: somebody follows its log until ${mark.until}; with its name --reset ends that`);
    else if (restored.levels === "left") say(errorColors.red(`${own}: its levels are still raised: ${restored.why}`));
    else say(errorColors.green(`${own}: its levels are ${restored.levels === "gone" ? "gone with it" : "as before"}`));
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(results)}\n`);
  else if (marked.length === 0) say(errorColors.green(`${name ?? `namespace ${namespace}`}: no run left anything`));
  if (results.some(({ levels }) => levels === "left" || levels === "in use")) process.exitCode = leftCode;
}

/** Prints lines; the next waits while standard output is slow. */
const printer =
  (json: boolean, grep: RegExp, several: boolean): LogTask["onLine"] =>
  async (pod, line) => {
    if (!grep.test(line)) return;
    const text = json ? JSON.stringify({ pod, line }) : several ? `${pod}  ${line}` : line;
    if (!process.stdout.write(`${text}\n`)) await once(process.stdout, "drain");
  };

async function follow(cluster: Cluster, { namespace }: Target, name: string, options: Options) {
  const { grep, ...asked } = readOptions(name, options);
  const pods = findProxies(await podsOf(cluster, namespace), name);
  if (typeof pods === "string") throw new UserError(pods);
  const stop = new AbortController();
  const onLine = printer(options.json === true, grep, pods.length > 1);
  // A terminal or a pipe that is gone ends it, and must not end this process before the levels are back.
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", () => {
      stop.abort();
    });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      stop.abort();
      say("stopping: putting the levels back");
    });
  const reports = await followProxies(cluster, { ...asked, pods, onLine, say, signal: stop.signal });
  if (options.json === true) process.stdout.write(`${JSON.stringify({ reports })}\n`);
  for (const report of reports) say(reportText(report, resetLine(options)));
  if (reports.some(({ end }) => end === "broken")) process.exitCode = 1;
  if (reports.some(({ restored }) => restored.levels === "left")) process.exitCode = leftCode;
}

/** Follows the logs of proxies, or puts back what a killed run left. */
export async function proxyLog(name: string | undefined, options: Options): Promise<void> {
  readOptions(name, options);
  const target = readTarget(options);
  try {
    const cluster = await connect(target.address);
    if (options.reset === true || name === undefined) await reset(cluster, target, name, options);
    else await follow(cluster, target, name, options);
  } catch (error) {
    if (error instanceof LogRefused) throw new UserError(`no level was changed: ${error.message}`);
    throw clusterError("the log cannot be followed", error, `Should a level be left: ${resetLine(options)}`);
  }
}
