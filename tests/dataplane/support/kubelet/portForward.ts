import { connect } from "node:net";
import type { RawData, WebSocket } from "ws";

/**
 * Carries one forwarded connection: channel 0 is data, channel 1 is errors, each begins with the port.
 * @param path Unix socket of what listens on the port; `undefined`: nothing does
 */
export function forwardPort(socket: WebSocket, port: number, path: string | undefined): void {
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
