import type { KubeConfig } from "@kubernetes/client-node";
import { Agent, request } from "node:http";
import { Duplex, PassThrough } from "node:stream";

/** How long a pod may be silent, in milliseconds. */
const answerMs = 12_000;

/** A server on a pod's loopback. */
export interface PodServer {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** What it is asked. */
export interface Question {
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

/** Gives each request the same connection. Node's types do not name what an agent may do otherwise; its documentation does. */
class OneConnection extends Agent {
  public constructor(private readonly stream: Duplex) {
    super({ keepAlive: true, maxSockets: 1 });
  }

  public createConnection(): Duplex {
    return this.stream;
  }

  /** Who opened it closes it. */
  public keepSocketAlive(): boolean {
    return true;
  }
}

function ask(agent: Agent, { path, method = "GET" }: Question, isLast: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    // After the last one the server closes it: nobody in between has to notice that this end is gone.
    const headers = { host: "localhost", connection: isLast ? "close" : "keep-alive" };
    const call = request({ path, method, headers, agent }, (response) => {
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

/** Asks one question after the other. */
function askEach(stream: Duplex, questions: readonly Question[]): Promise<readonly string[]> {
  const agent = new OneConnection(stream);
  return Promise.all(questions.map((question, at) => ask(agent, question, at === questions.length - 1)));
}

/**
 * Asks a server on a pod's loopback, as `kubectl port-forward` reaches it: all questions over one connection, since to open one
 * takes longer than an answer. Needs the right to pods/portforward.
 * @throws Error with one line where it does not answer all of them with 200 in time
 */
export async function askPod(
  config: KubeConfig,
  { namespace, pod, port }: PodServer,
  questions: readonly Question[],
): Promise<readonly string[]> {
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
    return await Promise.race([askEach(Duplex.from({ readable: fromPod, writable: toPod }), questions), failed]);
  } catch (error) {
    throw errorOf(error);
  } finally {
    clearTimeout(timer);
    void close();
  }
}
