import { createServer, request } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

/** A proxy on loopback, such as a company's network has one. */
export interface ForwardProxy {
  readonly url: string;
  /** What it was asked: `CONNECT charts.example:443`, `GET http://charts.example/index.yaml`. */
  readonly asked: string[];
  readonly stop: () => Promise<void>;
}

/**
 * Starts a proxy that knows some hosts, and every one of loopback.
 * @param ports of loopback, by the name of the host that is there
 */
export async function startProxy(ports: Readonly<Record<string, string | number>> = {}): Promise<ForwardProxy> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const portOf = ({ hostname, port }: URL) => Number(ports[hostname] ?? (hostname === "127.0.0.1" ? port : 0));
  const server = createServer((question, response) => {
    const url = new URL(question.url ?? "");
    asked.push(`${question.method ?? ""} ${url.href}`);
    const { method, headers } = question;
    const forwarded = request(
      { host: "127.0.0.1", port: portOf(url), path: url.pathname + url.search, method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    forwarded.on("error", () => response.writeHead(502).end());
    question.pipe(forwarded);
  });
  server.on("connect", (question, client: Socket) => {
    asked.push(`CONNECT ${question.url ?? ""}`);
    const target = connect(portOf(new URL(`http://${question.url ?? ""}`)), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.pipe(target).pipe(client);
    });
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      open.add(socket);
      socket.on("error", () => other.destroy()).on("close", () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    asked,
    stop: async () => {
      for (const socket of open) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
