import { isIP } from "node:net";
import { Duplex } from "node:stream";
import { connect } from "node:tls";

/** The first message of a TLS client for a host, a character a byte. Nothing is sent anywhere. */
export function tlsHello(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const wire = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        resolve(chunk.toString("latin1"));
        done();
      },
    });
    const socket = connect({ socket: wire, ...(isIP(host) === 0 ? { servername: host } : {}) });
    socket.once("error", reject);
  });
}
