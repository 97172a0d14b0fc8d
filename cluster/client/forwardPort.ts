import type { KubeConfig } from "@kubernetes/client-node";
import { createServer, type AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import type { PodServer } from "./portForward";

/** A port of a pod, on this machine's loopback. */
export interface ForwardedPort {
  /** The port here, which was free. */
  readonly port: number;
  /** Resolves with the reason once it no longer works: the pod is gone, or the API server refuses. */
  readonly failed: Promise<string>;
  readonly close: () => void;
}

/**
 * Makes a port of a pod reachable on this machine's loopback, as `kubectl port-forward` does. Needs the right to pods/portforward.
 * @throws Error where no port is free here
 */
export async function forwardPort(config: KubeConfig, { namespace, pod, port }: PodServer): Promise<ForwardedPort> {
  const { PortForward } = await import("@kubernetes/client-node");
  const forward = new PortForward(config);
  let fail: (why: string) => void = () => undefined;
  const failed = new Promise<string>((resolve) => (fail = resolve));
  const server = createServer((socket) => {
    const refusals = new PassThrough();
    refusals.once("data", (text: Buffer) => {
      fail(text.toString("utf8").trim());
      socket.destroy();
    });
    // A browser drops connections at any time.
    socket.on("error", () => socket.destroy());
    forward.portForward(namespace, pod, [port], socket, refusals, socket).then(
      (opened) => {
        if (!("on" in opened)) return;
        opened.on("close", () => socket.end());
        socket.once("close", () => {
          opened.close();
        });
      },
      (error: unknown) => {
        const said = typeof error === "object" && error !== null && "message" in error ? String(error.message) : "";
        fail(said === "" ? "the API server does not forward the port" : said);
        socket.destroy();
      },
    );
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, failed, close: () => server.close() };
}
