import { createServer } from "node:https";
import { connect } from "node:net";
import { generate } from "selfsigned";
import { WebSocketServer, type RawData, type WebSocket } from "ws";

// The part of a node's kubelet that port-forward needs, for pods whose proxy is a process of the tests.

/** Carries one forwarded connection: channel 0 is data, channel 1 is errors, each begins with the port. */
function carry(socket: WebSocket, port: number, path: string | undefined): void {
  const send = (channel: number, data: Buffer) => {
    socket.send(Buffer.concat([Buffer.from([channel]), data]));
  };
  const number = Buffer.alloc(2);
  number.writeUInt16LE(port);
  for (const channel of [0, 1]) send(channel, number);
  if (path === undefined) {
    send(1, Buffer.from(`nothing listens on port ${String(port)}`));
    return;
  }
  const target = connect({ path });
  target.on("data", (data: Buffer) => {
    send(0, data);
  });
  target.on("close", () => {
    socket.close();
  });
  target.on("error", (error) => {
    send(1, Buffer.from(error.message));
  });
  socket.on("message", (data: RawData) => {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(data as Buffer[]);
    if (bytes[0] === 0) target.write(bytes.subarray(1));
  });
  socket.on("close", () => {
    target.destroy();
  });
}

/** Starts it on the socket where the lab's agent looks for one. */
export async function startKubelet(
  path: string,
  adminOf: (pod: string) => string | undefined,
): Promise<{ readonly stop: () => void }> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "kubelet" }], { keySize: 2048 });
  const server = createServer({ key, cert });
  const sockets = new WebSocketServer({ server, handleProtocols: () => "v4.channel.k8s.io" });
  sockets.on("connection", (socket, { url }) => {
    const asked = new URL(url ?? "", "https://node");
    const pod = asked.pathname.split("/")[3] ?? "";
    carry(socket, Number(asked.searchParams.get("port")), adminOf(pod));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    stop: () => {
      sockets.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
