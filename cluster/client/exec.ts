import type { KubeConfig } from "@kubernetes/client-node";
import type { IncomingMessage } from "node:http";
import type { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import type { RawData } from "ws";
import { ClusterUnreachable } from "./errors";
import { HttpError } from "./send";

/** How long it may take until the API server has connected to the container, in milliseconds. */
const openMs = 30_000;
/** How often the connection is tried, and how long it may be silent then, in milliseconds. */
const [pingMs, silentMs] = [10_000, 30_000];
/** How much output is collected, in bytes: the configuration of a large proxy has some ten million. */
const collectedBytes = 100_000_000;

// One protocol: API servers of every version carry it to the kubelet as it is. Version 5 differs in the end of the standard input,
// which is not used here.
const protocol = "v4.channel.k8s.io";
const channels = { stdout: 1, stderr: 2, status: 3 };

/** A command in a container of a pod. */
export interface ContainerCommand {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly string[];
  /**
   * How long it may take, in seconds. Kubernetes does not end a command whose caller is gone: what may go on for ever needs an end
   * of its own, such as `timeout`.
   */
  readonly seconds: number;
  /** Gets what the command prints as it comes, no faster than it takes it. Default: it is collected. */
  readonly stdout?: Writable;
  /** Leaves the command to itself. */
  readonly signal?: AbortSignal;
}

/** How a command ended. */
export interface CommandEnd {
  readonly code: number;
  /** What it printed, unless that went elsewhere. */
  readonly stdout: string;
  readonly stderr: string;
}

/** The command did not begin: there is no such program in the container, or the node refused it. */
export class NotStarted extends ClusterUnreachable {}

/** What of the API's Status says how a command ended. */
interface Status {
  readonly status?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

/** The exit code that Kubernetes tells of. @throws NotStarted where there is none */
function exitCode(status: Status): number {
  if (status.status === "Success") return 0;
  const code = status.details?.causes?.find(({ reason }) => reason === "ExitCode")?.message;
  if (code === undefined) throw new NotStarted(status.message ?? "the command was not started");
  return Number(code);
}

const bytesOf = (data: RawData): Buffer =>
  Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);

/** Collects what comes, up to a bound. */
class Collected {
  private readonly parts: Buffer[] = [];
  private size = 0;

  public add(part: Buffer): void {
    this.size += part.length;
    if (this.size > collectedBytes) throw new Error("the command prints more than 100 MB");
    this.parts.push(part);
  }

  public toString(): string {
    return Buffer.concat(this.parts).toString("utf8");
  }
}

async function open(config: KubeConfig, { namespace, pod, container, command }: ContainerCommand) {
  const { WebSocket } = await import("ws");
  const query = new URLSearchParams({ container, stdout: "true", stderr: "true" });
  for (const part of command) query.append("command", part);
  const options = {};
  await config.applyToHTTPSOptions(options);
  const server = (config.getCurrentCluster()?.server ?? "").replace(/^http/, "ws");
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/exec?${query.toString()}`;
  return new WebSocket(`${server}${path}`, protocol, { ...options, handshakeTimeout: openMs });
}

/**
 * Runs a command in a container, as `kubectl exec` does without a terminal. Needs the right to `get` pods/exec, from Kubernetes 1.35 on
 * also to `create` it.
 * @throws HttpError where the API server refuses; NotStarted; the signal's reason; Error with one line where the connection is lost
 * or it takes too long: what the command does then is unknown
 */
export async function exec(config: KubeConfig, asked: ContainerCommand): Promise<CommandEnd> {
  const { seconds, stdout, signal } = asked;
  const socket = await open(config, asked);
  const [printed, errors] = [new Collected(), new Collected()];
  let status: Status | undefined;
  const timers: NodeJS.Timeout[] = [];
  let stop: (() => void) | undefined;

  function print(part: Buffer): void {
    if (stdout === undefined) printed.add(part);
    else if (!stdout.write(part)) {
      socket.pause();
      stdout.once("drain", () => {
        socket.resume();
      });
    }
  }
  function take(data: RawData): void {
    const bytes = bytesOf(data);
    const [channel, part] = [bytes[0], bytes.subarray(1)];
    if (channel === channels.stdout) print(part);
    else if (channel === channels.stderr) errors.add(part);
    else if (channel === channels.status) status = JSON.parse(part.toString("utf8")) as Status;
  }
  try {
    await new Promise<void>((resolve, reject) => {
      let heard = performance.now();
      const hear = () => (heard = performance.now());
      stop = () => {
        reject(signal?.reason as Error);
      };
      if (signal?.aborted === true) stop();
      signal?.addEventListener("abort", stop);
      timers.push(
        setTimeout(() => {
          reject(new Error(`no end within ${String(seconds)} s`));
        }, seconds * 1000),
        setInterval(() => {
          // Nothing is read while the one who takes the output is slow.
          if (socket.isPaused) hear();
          if (performance.now() - heard > silentMs) reject(new Error("the connection to the container is lost"));
          else if (socket.readyState === socket.OPEN) socket.ping();
        }, pingMs),
      );
      socket.on("error", reject);
      socket.on("unexpected-response", (_, response: IncomingMessage) => {
        text(response).then((body) => {
          reject(new HttpError(response.statusCode ?? 0, body));
        }, reject);
      });
      socket.on("pong", hear).on("message", (data: RawData) => {
        hear();
        try {
          take(data);
          if (status !== undefined) resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      socket.on("close", () => {
        reject(new Error("the connection to the container ended before the command did"));
      });
    });
    return { code: exitCode(status ?? {}), stdout: printed.toString(), stderr: errors.toString() };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    if (stop !== undefined) signal?.removeEventListener("abort", stop);
    socket.on("error", () => undefined).terminate();
  }
}
