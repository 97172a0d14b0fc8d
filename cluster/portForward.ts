import { request } from "node:http";
import { Duplex, PassThrough } from "node:stream";
import type { KubeConfig } from "@kubernetes/client-node";

/** How long a pod may be silent, in seconds. */
const answerSeconds = 15;

/** Asks a server that listens on a pod's loopback, as `kubectl port-forward` reaches it. Needs the right to pods/portforward. */
export async function askPod(
  config: KubeConfig,
  { namespace, pod, port, path }: Readonly<Record<"namespace" | "pod" | "path", string>> & { readonly port: number },
): Promise<string> {
  const { PortForward } = await import("@kubernetes/client-node");
  const [toPod, fromPod, refusals] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const refusal = new Promise<never>((_, reject) => {
    refusals.once("data", (text: Buffer) => {
      reject(new Error(text.toString("utf8").trim()));
    });
  });
  const socket = await new PortForward(config).portForward(namespace, pod, [port], fromPod, refusals, toPod);
  try {
    const answer = new Promise<string>((resolve, reject) => {
      const stream = Duplex.from({ readable: fromPod, writable: toPod });
      const call = request(
        { path, headers: { host: "localhost", connection: "close" }, createConnection: () => stream },
        (response) => {
          const parts: Buffer[] = [];
          response.on("data", (part: Buffer) => parts.push(part)).on("error", reject);
          response.on("end", () => {
            resolve(Buffer.concat(parts).toString("utf8"));
          });
        },
      );
      call.on("error", reject).end();
      setTimeout(() => {
        reject(new Error(`no answer within ${String(answerSeconds)} s`));
      }, answerSeconds * 1000).unref();
    });
    return await Promise.race([answer, refusal]);
  } finally {
    if ("close" in socket) socket.close();
  }
}
