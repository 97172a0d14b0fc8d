import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createServer as createTls } from "node:https";
import { connect } from "node:net";
import { generate } from "selfsigned";
import type { PatchOperation } from "./podBehaviour";
import { messageOf } from "../tools/errors";

/** What an API server asks of a webhook, as far as the lab reads it. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly namespace?: string;
  readonly object?: unknown;
}

/** Answers for a Service, by the path that was called; `undefined`: nobody is there, the connection is closed. */
export type Answer = (
  service: { readonly name: string; readonly namespace: string },
  path: string,
  request: AdmissionRequest,
) => Promise<readonly PatchOperation[] | undefined>;

/** A certificate for every Service of the namespaces, in PEM; it is its own authority. */
export async function makeCertificate(namespaces: readonly string[]) {
  const altNames = namespaces.map((namespace) => ({ type: 2 as const, value: `*.${namespace}.svc` }));
  return generate([{ name: "commonName", value: "jam-istio-lab" }], {
    keySize: 2048,
    extensions: [{ name: "subjectAltName", altNames }],
  });
}

/** The name by which the caller asked for this server; Node's types leave it out. */
function serverName({ socket }: IncomingMessage): string {
  return "servername" in socket && typeof socket.servername === "string" ? socket.servername : "";
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

async function respond(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  const [name = "", namespace = ""] = serverName(request).split(".");
  const review = JSON.parse(await bodyOf(request)) as { apiVersion: string; kind: string; request: AdmissionRequest };
  const patch = await answer({ name, namespace }, (request.url ?? "/").split("?")[0] ?? "/", review.request);
  if (patch === undefined) {
    request.socket.destroy();
    return;
  }
  const change =
    patch.length === 0 ? {} : { patchType: "JSONPatch", patch: Buffer.from(JSON.stringify(patch)).toString("base64") };
  const { apiVersion, kind } = review;
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ apiVersion, kind, response: { uid: review.request.uid, allowed: true, ...change } }));
}

/**
 * Stands where the API server expects the cluster's network: it takes every call to a Service's webhook, ends its
 * TLS and answers it. So the webhooks' own objects stay as their charts made them.
 * @param socket path of the Unix socket to listen on
 * @param metrics what a control plane's pod, by its address, answers on its metrics port
 * @param portFor port on loopback, or Unix socket, of a program that takes the calls to an address itself; `undefined`: none does
 */
export async function serveWebhooks(
  socket: string,
  certificate: { readonly private: string; readonly cert: string },
  answer: Answer,
  metrics: (address: string) => Promise<string>,
  portFor: (address: string) => Promise<number | string | undefined>,
): Promise<void> {
  const tls = createTls({ key: certificate.private, cert: certificate.cert }, (request, response) => {
    respond(request, response, answer).catch((error: unknown) => {
      process.stderr.write(`webhook ${request.url ?? ""}: ${messageOf(error)}\n`);
      request.socket.destroy();
    });
  });
  const asked = new WeakMap<object, string>();
  const monitoring = createServer((request, response) => {
    metrics(asked.get(request.socket) ?? "").then(
      (text) => response.end(text),
      () => request.socket.destroy(),
    );
  });
  const proxy = createServer();
  proxy.on("connect", ({ url = "" }, connection) => {
    asked.set(connection, url);
    connection.on("error", () => connection.destroy());
    const begin = (port: number | string | undefined) => {
      connection.write("HTTP/1.1 200 Connection established\r\n\r\n");
      if (port === undefined) (url.endsWith(":15014") ? monitoring : tls).emit("connection", connection);
      else {
        const place = typeof port === "string" ? { path: port } : { port, host: "127.0.0.1" };
        const program = connect(place, () => connection.pipe(program).pipe(connection));
        program.on("error", () => connection.destroy());
      }
    };
    portFor(url).then(begin, () => connection.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(socket, resolve));
}
