import { createWriteStream, existsSync, rmSync } from "node:fs";
import { finished } from "node:stream/promises";
import type { Writable } from "node:stream";
import { CaptureRefused } from "../../cluster/capture/refused";
import { runCapture, type CaptureReport } from "../../cluster/capture/runCapture";
import { bounded, connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { captureImage, longestSeconds } from "../../mesh/capture/captureObjects";
import { findPods } from "../../mesh/istio/findPods";
import { milliseconds } from "../../settings/duration";
import { clusterError } from "../terminal/clusterError";
import { errorColors } from "../terminal/colors";
import { UserError } from "../terminal/userError";
import { cleanCaptures } from "./captureClean";
import { readTarget, type TargetOptions } from "./target";

/** What a person asked for. */
export interface CaptureOptions extends TargetOptions {
  readonly interface?: string;
  readonly filter?: string;
  readonly for?: string;
  readonly output?: string;
  readonly image?: string;
  readonly clean?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const say = (line: string) => process.stderr.write(`${process.stderr.isTTY ? "\r\x1b[K" : ""}${line}\n`);

/** Reads the options. @throws UserError with all that is wrong */
function readOptions(pod: string | undefined, options: CaptureOptions) {
  const { interface: device = "any", filter, output = `${pod ?? ""}.pcap` } = options;
  const ms = milliseconds(options.for ?? "60s");
  const beside = ["interface", "filter", "for", "output", "image"].filter((key) => key in options);
  const clean = options.clean === true;
  const problems = [
    ...(clean && (pod !== undefined || beside.length > 0) ? ["--clean is for the whole cluster: give it alone"] : []),
    ...(!clean && pod === undefined ? ["of which pod? Name one, or give --clean"] : []),
    ...(!clean && options.yes === true ? ["--yes goes with --clean"] : []),
    ...(/^[A-Za-z0-9][\w.@-]{0,14}$/.test(device)
      ? []
      : [`-i ${device}: not allowed. Allowed: the name of an interface, such as lo or eth0, or any`]),
    ...(filter?.trim() === "" ? ["--filter: empty. Allowed: an expression of tcpdump, such as 'port 8080'"] : []),
    ...(ms < 1000 || ms > longestSeconds * 1000
      ? [`--for ${options.for ?? ""}: not allowed. Allowed: 1s to 1h, such as 30s or 10m`]
      : []),
    ...(!clean && output !== "-" && existsSync(output)
      ? [`-o ${output}: it is there already; nothing is replaced`]
      : []),
    ...(output === "-" && process.stdout.isTTY
      ? ["-o -: packets are nothing for a terminal. Allowed: a pipe, such as | wireshark -k -i -"]
      : []),
  ];
  if (problems.length > 0) throw new UserError(problems.join("; "));
  return { device, filter, output, seconds: Math.ceil(ms / 1000) };
}

function endText({ end, why = "", packets, dropped }: CaptureReport, output: string): string {
  const where = output === "-" ? "" : ` in ${output}`;
  const ends = { time: "", hand: ", stopped by hand", broken: `; it broke off: ${why}` };
  const missed = dropped === 0 ? "" : `; ${String(dropped)} more were too fast`;
  const text = `${String(packets)} packets${where}${ends[end]}${missed}`;
  return end === "broken" ? errorColors.red(text) : errorColors.green(text);
}

/** The line that counts, on a terminal. */
function counter(): (packets: number) => void {
  let last = 0;
  return (packets) => {
    if (!process.stderr.isTTY || Date.now() - last < 500) return;
    last = Date.now();
    process.stderr.write(`\r\x1b[K${errorColors.yellow(`${String(packets)} packets`)}`);
  };
}

/** Opens where packets go; a file may not be there yet. @throws UserError where it cannot be written */
async function openOutput(output: string): Promise<Writable> {
  if (output === "-") return process.stdout;
  const file = createWriteStream(output, { flags: "wx", mode: 0o600 });
  return new Promise((resolve, reject) => {
    file.once("open", () => {
      resolve(file);
    });
    file.once("error", ({ message }) => {
      reject(new UserError(`-o ${output}: ${message}`));
    });
  });
}

async function captureOf(cluster: Cluster, namespace: string, name: string, options: CaptureOptions): Promise<void> {
  const { output, ...wish } = readOptions(name, options);
  const { items } = await bounded("the Kubernetes API", 30, cluster.core.listNamespacedPod({ namespace }));
  const found = findPods(items, name);
  if (typeof found === "string") throw new UserError(found);
  const [pod, ...others] = found;
  if (pod === undefined || others.length > 0)
    throw new UserError(
      `${name} has several pods. Choose one: ${found.map(({ metadata }) => metadata?.name ?? "").join(", ")}`,
    );
  const image = captureImage(pod, options.image);
  if (image === undefined) throw new UserError(`${name} has no sidecar whose image has tcpdump: name one with --image`);
  const stop = new AbortController();
  const target = await openOutput(output);
  for (const stream of [target, process.stderr])
    stream.on("error", ({ code }: NodeJS.ErrnoException) => {
      // Who reads has seen enough. Where packets cannot be written otherwise, the capture ends with the reason.
      if (stream !== target || code === "EPIPE") stop.abort();
    });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      stop.abort();
      say("stopping: ending the capture in the cluster");
    });
  let report: CaptureReport | undefined;
  try {
    report = await runCapture(cluster, {
      ...wish,
      pod,
      image,
      output: target,
      signal: stop.signal,
      say,
      tick: counter(),
    });
  } finally {
    if (output !== "-") {
      target.end();
      await finished(target).catch(() => undefined);
      // Nothing came, not even the head of the file.
      if (report === undefined) rmSync(output, { force: true });
    }
  }
  if (report.container !== undefined)
    say(
      `the ephemeral container ${report.container} stays in the pod: the next capture uses it; its process ends after two hours, or with --clean`,
    );
  if (options.json === true) (output === "-" ? process.stderr : process.stdout).write(`${JSON.stringify(report)}\n`);
  else say(endText(report, output));
  if (report.end === "broken") process.exitCode = 1;
}

/** Captures packets of a pod, or removes what captures left. */
export async function capture(name: string | undefined, options: CaptureOptions): Promise<void> {
  readOptions(name, options);
  const { address, namespace } = readTarget(options);
  try {
    const cluster = await connect(address);
    if (name === undefined) await cleanCaptures(cluster, namespace, options, say);
    else await captureOf(cluster, namespace, name, options);
  } catch (error) {
    if (error instanceof CaptureRefused) throw new UserError(`nothing was captured: ${error.message}`);
    throw clusterError("the capture failed", error);
  }
}
