import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTls } from "node:https";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";

/** What the server does instead of answering, for tests of a broken repository. */
export type Misbehaviour = "none" | "hang" | "error" | "corrupt";

/** A chart repository on loopback, laid out like the official ones. */
export interface ChartServer {
  readonly url: string;
  misbehave: Misbehaviour;
  readonly requests: string[];
  /** The `Authorization` that it lets in; absent: everybody. */
  wants?: string;
  /** Each `Authorization` that came. */
  readonly authorizations: string[];
  /** It sends everybody on to this URL. */
  redirects?: string;
  readonly stop: () => Promise<void>;
}

function answer(response: ServerResponse, root: string, path: string, misbehave: Misbehaviour): void {
  const file = join(root, normalize(`/${path}`));
  if (misbehave === "hang") return;
  if (misbehave === "error") response.writeHead(500).end("broken");
  else if (misbehave === "corrupt" && path.endsWith(".tgz")) response.end("this is no archive");
  else if (existsSync(file) && statSync(file).isFile()) createReadStream(file).pipe(response);
  else response.writeHead(404).end();
}

/**
 * Serves a folder of charts on a free port of loopback.
 * @param tls key and certificate, in PEM; default: without TLS
 */
export async function serveCharts(root: string, tls?: { key: string; cert: string }): Promise<ChartServer> {
  const requests: string[] = [];
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const path = decodeURIComponent((request.url ?? "/").split("?")[0] ?? "/");
    requests.push(path);
    const { authorization } = request.headers;
    if (authorization !== undefined) state.authorizations.push(authorization);
    if (state.wants !== undefined && authorization !== state.wants) response.writeHead(401).end();
    else if (state.redirects !== undefined) response.writeHead(302, { location: `${state.redirects}${path}` }).end();
    else answer(response, root, path, state.misbehave);
  };
  const server = tls === undefined ? createServer(serve) : createTls(tls, serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const state: ChartServer = {
    url: `http${tls === undefined ? "" : "s"}://127.0.0.1:${String(port)}`,
    misbehave: "none",
    requests,
    authorizations: [],
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return state;
}
