import type { KubeConfig } from "@kubernetes/client-node";
import { request } from "node:http";
import { Duplex, PassThrough } from "node:stream";

/** How long a pod may be silent, in milliseconds. */
const answerMs = 12_000;

/** A server on a pod's loopback, and what it is asked. */
export interface PodQuestion {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly path: string;
  /** Default: GET. */
  readonly method?: "GET" | "POST";
}

/** What the client rejects with: an event of its socket where the API server refuses. */
function errorOf(reason: unknown): Error {
  if (reason instanceof Error) return reason;
  const said = typeof reason === "object" && reason !== null && "message" in reason ? reason.message : undefined;
  return new Error(typeof said === "string" ? said : "the API server does not forward the port");
}

function ask(stream: Duplex, { path, method = "GET" }: PodQuestion): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { host: "localhost", connection: "close" };
    const call = request({ path, method, headers, createConnection: () => stream }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part)).on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(Buffer.concat(parts).toString("utf8"));
        else reject(new Error(`it answered ${String(response.statusCode)}`));
      });
    });
    call.on("error", reject).end();
  });
}

/**
 * Asks a server on a pod's loopback, as `kubectl port-forward` reaches it. Needs the right to pods/portforward.
 * @throws Error with one line where it does not answer with 200 in time
 */
export async function askPod(config: KubeConfig, question: PodQuestion): Promise<string> {
  const { namespace, pod, port } = question;
  const { PortForward } = await import("@kubernetes/client-node");
  const [toPod, fromPod, refusals] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    refusals.once("data", (text: Buffer) => {
      reject(new Error(text.toString("utf8").trim()));
    });
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${String(answerMs / 1000)} s`));
    }, answerMs);
  });
  const opening = new PortForward(config).portForward(namespace, pod, [port], fromPod, refusals, toPod);
  // Also where it opens too late: an open socket would keep the process.
  const close = () =>
    opening.then(
      (socket) => {
        if ("close" in socket) socket.close();
      },
      () => undefined,
    );
  try {
    await Promise.race([opening, failed]);
    return await Promise.race([ask(Duplex.from({ readable: fromPod, writable: toPod }), question), failed]);
  } catch (error) {
    throw errorOf(error);
  } finally {
    clearTimeout(timer);
    void close();
  }
}
