import type { V1Pod } from "@kubernetes/client-node";
import { randomBytes } from "node:crypto";
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import {
  captureCommand,
  captureNamespace,
  containerId,
  nodeCommand,
  nodePodName,
  stopCommand,
  type CaptureWish,
} from "../../mesh/capture/captureObjects";
import { PcapRecords } from "../../mesh/capture/pcap";
import { hasEphemeral } from "../client/ephemeralContainers";
import { ClusterUnreachable, reasonOf, unlessInternal } from "../client/errors";
import { goneText } from "../client/goneText";
import { NotStarted, type CommandEnd } from "../client/exec";
import type { Cluster } from "../client/kubernetesClient";
import { ensureHolder } from "./ephemeral";
import { removePod, startNodePod } from "./nodePod";
import { CaptureRefused } from "./refused";

/** A capture that is asked for. */
export interface CaptureTask extends CaptureWish {
  readonly pod: V1Pod;
  readonly image: string;
  /** Gets whole packets, behind the header of the file. */
  readonly output: Writable;
  /** Ends it before its time. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Told how many packets came. */
  readonly tick: (packets: number) => void;
}

/** How a capture went. */
export interface CaptureReport {
  readonly end: "time" | "hand" | "broken";
  /** Where it broke: why. */
  readonly why?: string;
  readonly packets: number;
  /** Packets that tcpdump was too slow for. */
  readonly dropped: number;
  /** The ephemeral container, which stays. */
  readonly container?: string;
}

/** Where a capture runs. */
interface Place {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** How long tcpdump may take to end when it is told to, in milliseconds. */
const stopMs = 5000;

/** Runs tcpdump; what it says is judged by its exit code: 124 is the end of its time. */
async function capture(cluster: Cluster, task: CaptureTask, place: Place, run: string, command: readonly string[]) {
  const { output, signal, seconds, tick } = task;
  const records = new PcapRecords();
  const stdout = new Writable({
    write: (part: Buffer, _encoding, done) => {
      try {
        const whole = records.push(part);
        tick(records.packets);
        if (whole.length === 0 || output.write(whole)) done();
        else output.once("drain", done);
      } catch (error) {
        done(error as Error);
      }
    },
  });
  const given = new AbortController();
  let damage: string | undefined;
  stdout.once("error", (error) => {
    damage = error.message;
    given.abort();
  });
  // Where it goes cannot take it: such a stream never says that it has room again.
  output.once("error", (error) => stdout.destroy(error));
  // Its caller's end does not end it: it is told, and left to its own end where that does not reach it.
  let told: Promise<unknown> | undefined;
  const tell = () =>
    (told ??= cluster.exec({ ...place, command: stopCommand(run), seconds: 20 }).catch(unlessInternal));
  const stop = () => {
    void Promise.allSettled([tell(), sleep(stopMs)]).then(() => {
      given.abort();
    });
  };
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  let end: CommandEnd | undefined;
  let lost: unknown;
  try {
    end = await cluster.exec({ ...place, command, seconds: seconds + 60, stdout, signal: given.signal });
  } catch (error) {
    lost = error;
    await tell();
  } finally {
    signal.removeEventListener("abort", stop);
  }
  // What came is still on its way to a slow reader; one that has stopped reading is not waited for.
  stdout.end();
  await Promise.race([finished(stdout).catch(() => undefined), sleep(stopMs)]);
  const { packets, hasBegun } = records;
  return { end, lost: damage === undefined ? lost : new ClusterUnreachable(damage), packets, hasBegun };
}

/** What tcpdump said last, for a person. */
function complaint({ stderr }: CommandEnd): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "" && !/listening on|link-type/.test(line));
  return lines.slice(0, 2).join("; ").replaceAll("tcpdump: ", "");
}

/** What is wrong where tcpdump never began. */
function refusedBy(end: CommandEnd): CaptureRefused {
  if (/No such file|not found/.test(end.stderr) && /tcpdump/.test(end.stderr) && end.code >= 125)
    return new CaptureRefused("the image has no tcpdump: name another one with --image");
  if (/permission|not permitted/i.test(end.stderr))
    return new CaptureRefused(
      `${complaint(end)}: this cluster's container runtime leaves no right to read packets, and Pod Security forbids asking for it`,
    );
  return new CaptureRefused(complaint(end) || `tcpdump ended with exit code ${String(end.code)}`);
}

async function captureIn(
  cluster: Cluster,
  task: CaptureTask,
  place: Place,
  run: string,
  command: readonly string[],
): Promise<CaptureReport> {
  const { end, lost, packets, hasBegun } = await capture(cluster, task, place, run, command);
  if (lost instanceof NotStarted) throw new CaptureRefused(lost.message);
  const dropped = Number(/(\d+) packets dropped by kernel/.exec(end?.stderr ?? "")?.[1] ?? 0);
  // A file without a head is one that nothing can open.
  if (task.signal.aborted && !hasBegun) throw new CaptureRefused("stopped by hand");
  if (task.signal.aborted) return { end: "hand", packets, dropped };
  if (end === undefined) {
    unlessInternal(lost);
    return { end: "broken", why: reasonOf(lost), packets, dropped };
  }
  if (end.code === 124 && !hasBegun)
    throw new CaptureRefused(
      `tcpdump had not begun when its ${String(task.seconds)} s were over; run it again, or give it more with --for`,
    );
  if (end.code === 124 || end.code === 0) return { end: "time", packets, dropped };
  if (end.code === 1 || end.code >= 125) {
    if (packets === 0 && end.code !== 137) throw refusedBy(end);
  }
  return { end: "broken", why: complaint(end) || `exit code ${String(end.code)}`, packets, dropped };
}

/**
 * Captures packets of a pod's network: in an ephemeral container, or, in clusters that have none, in a pod on its node.
 * @throws CaptureRefused with the way out
 */
export async function runCapture(cluster: Cluster, task: CaptureTask): Promise<CaptureReport> {
  const { pod, say } = task;
  const run = randomBytes(4).toString("hex");
  if (await hasEphemeral(cluster)) {
    const container = await ensureHolder(cluster, pod, task);
    const place = { namespace: pod.metadata?.namespace ?? "", pod: pod.metadata?.name ?? "", container };
    const report = await captureIn(cluster, task, place, run, captureCommand(pod, task, run));
    const gone = report.end === "broken" ? await goneText(cluster, pod) : undefined;
    return gone === undefined ? { ...report, container } : { ...report, why: gone };
  }
  const id = containerId(pod);
  if (id === undefined) throw new CaptureRefused("none of its containers runs");
  const name = nodePodName(run);
  try {
    await startNodePod(cluster, pod, { ...task, run });
    const place = { namespace: captureNamespace, pod: name, container: "capture" };
    return await captureIn(cluster, task, place, run, nodeCommand(pod, task, run, id));
  } finally {
    await removePod(cluster, captureNamespace, name).catch((error: unknown) => {
      say(`the pod ${captureNamespace}/${name} could not be removed: ${reasonOf(error)}. Later: capture --clean`);
    });
  }
}
