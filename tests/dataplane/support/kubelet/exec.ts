import type { V1Pod } from "@kubernetes/client-node";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { request } from "node:http";
import { constants } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import type { WebSocket } from "ws";
import { signalGroup } from "../../../../tools/signalGroup";
import { processArgs, type Container, type PodPlace } from "./pods";

const channels = { stdout: 1, stderr: 2, status: 3 };

const send = (socket: WebSocket, channel: number, data: Buffer | string) => {
  if (socket.readyState === socket.OPEN) socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(data)]));
};

const success = { metadata: {}, status: "Success" };
const failed = (code: number) => ({
  metadata: {},
  status: "Failure",
  reason: "NonZeroExitCode",
  message: `command terminated with non-zero exit code: exit status ${String(code)}`,
  details: { causes: [{ reason: "ExitCode", message: String(code) }] },
});
/** As containerd says it. */
const missing = (program: string) => ({
  metadata: {},
  status: "Failure",
  reason: "InternalError",
  message: `Internal error occurred: OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": executable file not found in $PATH: unknown`,
});

/** Says how a command ended; the one who asked may be gone. */
function end(socket: WebSocket, status: object): void {
  send(socket, channels.status, JSON.stringify(status));
  socket.close();
}

/** The processes of pods. As with a real node they go on when their caller is gone, and end with their pod. */
export class Processes {
  private readonly running = new Map<string, Set<ChildProcess>>();

  public start(pod: V1Pod, args: readonly string[]): ChildProcess {
    const [program = "", ...rest] = args;
    const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    const uid = pod.metadata?.uid ?? "";
    const own = this.running.get(uid) ?? new Set();
    this.running.set(uid, own.add(child));
    child.once("close", () => own.delete(child));
    return child;
  }

  /** Ends those of every pod that is not among these. */
  public keep(pods: readonly V1Pod[]): void {
    const live = new Set(pods.map(({ metadata }) => metadata?.uid));
    for (const [uid, children] of this.running) if (!live.has(uid)) children.forEach(killGroup);
  }
}

function killGroup(child: ChildProcess): void {
  if (child.exitCode === null) signalGroup(child, "SIGKILL");
}

const isDistroless = ({ image }: Container) => image.includes("-distroless");

function isThere(program: string): boolean {
  if (isAbsolute(program)) return existsSync(program);
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** What stands for `pilot-agent request`, which asks the proxy's own administration. */
function pilotAgent(socket: WebSocket, place: PodPlace, [word, method = "", path = ""]: readonly string[]): void {
  if (word !== "request" || place.adminSocket === undefined) {
    send(socket, channels.stderr, "Error: this stand-in of pilot-agent knows request alone\n");
    end(socket, failed(1));
    return;
  }
  const call = request({ socketPath: place.adminSocket, method, path: `/${path}` }, (response) => {
    const parts: Buffer[] = [];
    response.on("data", (part: Buffer) => parts.push(part));
    response.on("end", () => {
      const { statusCode = 0 } = response;
      if (statusCode >= 400) {
        send(socket, channels.stderr, `Error: received unsuccessful status code ${String(statusCode)}\n`);
        end(socket, failed(1));
      } else {
        send(socket, channels.stdout, Buffer.concat(parts));
        end(socket, success);
      }
    });
  });
  call.on("error", ({ message }) => {
    send(socket, channels.stderr, `Error: ${message}\n`);
    end(socket, failed(1));
  });
  call.end();
}

/** Runs a command in a container. */
export function execIn(
  socket: WebSocket,
  { pod, place, container }: { readonly pod: V1Pod; readonly place: PodPlace; readonly container: Container },
  command: readonly string[],
  processes: Processes,
): void {
  const [program = "", ...args] = command;
  if (program === "pilot-agent" && container.image.includes("/proxyv2:")) {
    pilotAgent(socket, place, args);
    return;
  }
  if (isDistroless(container) || !isThere(program)) {
    end(socket, missing(program));
    return;
  }
  const child = processes.start(pod, processArgs(place, container, command));
  // Read to the end also where nobody listens any more: the command does not notice.
  child.stdout?.on("data", (data: Buffer) => {
    send(socket, channels.stdout, data);
  });
  child.stderr?.on("data", (data: Buffer) => {
    send(socket, channels.stderr, data);
  });
  child.once("close", (code, signal) => {
    const number = code ?? 128 + constants.signals[signal ?? "SIGKILL"];
    end(socket, number === 0 ? success : failed(number));
  });
}
