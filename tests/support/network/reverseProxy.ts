import { KubeConfig } from "@kubernetes/client-node";
import { writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, request, type AgentOptions } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { connect } from "node:tls";
import { certificateFor } from "./tls";

/** What stands before an API server, as Rancher does: the server is below a path, and nothing else is there. */
export interface ReverseProxy {
  /** Host and port. */
  readonly host: string;
  /** Of the API server below the path. */
  readonly kubeconfig: string;
  /** The same, below another path, or with more keys of its cluster. */
  readonly kubeconfigWith: (name: string, path: string, more: object) => string;
  /** Method and path of what was asked below the path. */
  readonly asked: string[];
  readonly stop: () => Promise<void>;
}

interface ApiServer {
  readonly host: string;
  readonly port: number;
  readonly tls: Required<Pick<AgentOptions, "ca" | "cert" | "key">>;
}

/** Where a kubeconfig leads, with its credentials. */
async function readServer(kubeconfig: string): Promise<ApiServer> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const { hostname, port } = new URL(config.getCurrentCluster()?.server ?? "");
  const options: AgentOptions = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key } = options;
  // They are in the kubeconfig of every lab.
  return { host: hostname, port: Number(port), tls: { ca: ca ?? "", cert: cert ?? "", key: key ?? "" } };
}

function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  path: string,
  server: ApiServer,
  agent: Agent,
): void {
  const headers = { ...incoming.headers };
  delete headers.authorization;
  const { host, port } = server;
  const asked = request({ host, port, path, agent, method: incoming.method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  asked.on("error", () => response.destroy());
  response.on("close", () => asked.destroy());
  incoming.pipe(asked);
}

/** A connection that becomes another protocol's: a forwarded port. */
function pass(
  incoming: IncomingMessage,
  client: Duplex,
  head: Buffer,
  path: string,
  { host, port, tls }: ApiServer,
): void {
  const server = connect({ host, port, ...tls }, () => {
    const lines: string[] = [];
    for (let at = 0; at < incoming.rawHeaders.length; at += 2)
      lines.push(`${incoming.rawHeaders[at] ?? ""}: ${incoming.rawHeaders[at + 1] ?? ""}`);
    const sent = lines.filter((line) => !/^authorization:/i.test(line));
    server.write([`${incoming.method ?? ""} ${path} HTTP/1.1`, ...sent, "", ""].join("\r\n"));
    server.write(head);
    client.pipe(server).pipe(client);
  });
  client.on("error", () => server.destroy()).on("close", () => server.destroy());
  server.on("error", () => client.destroy()).on("close", () => client.destroy());
}

/**
 * Puts one before the API server of a kubeconfig, with a certificate of its own.
 * @param below path of the API server: `/k8s/clusters/c-lab`
 * @param folder where its kubeconfigs are written
 */
export async function startReverseProxy(kubeconfig: string, below: string, folder: string): Promise<ReverseProxy> {
  const api = await readServer(kubeconfig);
  const agent = new Agent({ ...api.tls, keepAlive: true });
  const made = await certificateFor("127.0.0.1");
  const asked: string[] = [];
  const inner = ({ method = "", url = "" }: IncomingMessage) => {
    if (!url.startsWith(`${below}/`)) return undefined;
    asked.push(`${method} ${url.slice(below.length)}`);
    return url.slice(below.length);
  };
  const server = createServer(made, (incoming, response) => {
    const path = inner(incoming);
    if (path === undefined) response.writeHead(404, { "content-type": "text/plain" }).end("404 page not found\n");
    else forward(incoming, response, path, api, agent);
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = inner(incoming);
    if (path === undefined) socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    else pass(incoming, socket, head, path, api);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const authority = Buffer.from(made.cert).toString("base64");
  const kubeconfigWith = (name: string, path: string, more: object) => {
    const file = `${folder}/kubeconfig-${name}`;
    const cluster = {
      server: `https://127.0.0.1:${String(port)}${path}`,
      "certificate-authority-data": authority,
      ...more,
    };
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": name,
      contexts: [{ name, context: { cluster: name, user: name } }],
      clusters: [{ name, cluster }],
      users: [{ name, user: { token: "of-the-reverse-proxy" } }],
    };
    writeFileSync(file, JSON.stringify(config));
    return file;
  };
  return {
    host: `127.0.0.1:${String(port)}`,
    kubeconfig: kubeconfigWith("below", below, {}),
    kubeconfigWith,
    asked,
    stop: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
