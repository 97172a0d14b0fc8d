import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect, type Cluster } from "../../cluster/client/kubernetesClient";

/** What comes where no answer does. */
export class Silence {
  public constructor(public readonly ends: boolean) {}
}
/** The connection ends without an answer. */
export const dies = new Silence(true);
/** Nothing ever comes. */
export const hangs = new Silence(false);

/** What any server answers, and an API server to paths that it does not know. */
export class Plain {
  public constructor(
    public readonly code: number,
    public readonly text: string,
    public readonly type = "text/plain",
  ) {}
}

/** What a request gets: an object or a text, the status of a failure, none, or what a function says this time. */
export type Answer = object | string | number | (() => Answer | Promise<Answer>);

/** A failure with words of its own. */
export const failure = (code: number, message: string) => ({ kind: "Status", status: "Failure", code, message });

/** What an API server is asked to learn what it is and which kinds it has. */
const isDiscovery = (path: string) => /^(\/version|\/api|\/apis|\/api\/v1|\/apis\/[^/]+\/[^/]+)$/.test(path);

/** A list of objects, as the API server gives it. */
export const list = (...items: readonly object[]) => ({ kind: "List", apiVersion: "v1", metadata: {}, items });

/**
 * An API server on loopback that answers as it is told, and keeps what it was asked. What it was not told of is not there,
 * its version apart; as at the real one, a PATCH has to say which kind it is.
 */
export class ApiServer {
  /** Method and path, with its query, and the body: `DELETE /api/v1/… {"kind":"DeleteOptions"}`. */
  public readonly asked: string[] = [];
  /** The same, of what it is and which kinds it has. */
  public readonly discovered: string[] = [];
  /** By method and path, with the query where it matters: `GET /api/v1/namespaces/dev701/pods`. */
  public answers: Readonly<Record<string, Answer>> = {};
  public cluster!: Cluster;
  public readonly http = createServer((request, response) => void this.serve(request, response));
  private readonly folder = mkdtempSync(join(tmpdir(), "jam-istio-api-"));
  public readonly kubeconfig = join(this.folder, "kubeconfig");

  public async start(): Promise<void> {
    await new Promise<void>((resolve) => this.http.listen(0, "127.0.0.1", resolve));
    this.cluster = await this.connect("");
  }

  /** Where it listens. */
  public get url(): string {
    return `http://127.0.0.1:${String((this.http.address() as AddressInfo).port)}`;
  }

  /** Opens it by a kubeconfig whose `server` ends with a path, and has more keys. */
  public connect(path: string, more: object = {}): Promise<Cluster> {
    const server = `${this.url}${path}`;
    const contexts = [{ name: "fake", context: { cluster: "fake", user: "fake" } }];
    const [clusters, users] = [
      [{ name: "fake", cluster: { server, "insecure-skip-tls-verify": true, ...more } }],
      [{ name: "fake", user: {} }],
    ];
    writeFileSync(this.kubeconfig, JSON.stringify({ "current-context": "fake", contexts, clusters, users }));
    return connect({ kubeconfig: this.kubeconfig });
  }

  public async stop(): Promise<void> {
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
    rmSync(this.folder, { recursive: true });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(request.url ?? "").replaceAll("+", " ");
    const asked = `${request.method ?? ""} ${path}`;
    const body = await text(request);
    (isDiscovery(path) ? this.discovered : this.asked).push(body === "" ? asked : `${asked} ${body}`);
    const type = request.headers["content-type"] ?? "";
    let answer: Answer =
      this.answers[asked] ??
      this.answers[asked.split("?")[0] ?? ""] ??
      (path === "/version" ? {} : new Plain(404, "404 page not found"));
    const isPatch = ["application/merge-patch+json", "application/apply-patch+yaml"].includes(type);
    if (request.method === "PATCH" && !isPatch) answer = 415;
    while (typeof answer === "function") answer = await (answer as () => Answer | Promise<Answer>)();
    if (answer instanceof Silence) {
      if (answer.ends) response.destroy();
    } else if (typeof answer === "string") response.end(answer);
    else if (answer instanceof Plain) response.writeHead(answer.code, { "content-type": answer.type }).end(answer.text);
    else {
      const content: { kind?: string; code?: number } = typeof answer === "number" ? failure(answer, "no") : answer;
      const code = content.kind === "Status" ? content.code : 200;
      response.writeHead(code ?? 200, { "content-type": "application/json" }).end(JSON.stringify(content));
    }
  }
}

/** One for the tests of a suite; at the beginning of each it knows nothing and was asked nothing. */
export function useApi(): ApiServer {
  const api = new ApiServer();
  before(() => api.start());
  beforeEach(() => {
    api.answers = {};
    api.asked.length = api.discovered.length = 0;
  });
  after(() => api.stop());
  return api;
}

/** What a promise is refused with. */
export async function refusal(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
