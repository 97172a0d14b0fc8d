import open from "open";
import type { Cluster } from "../../cluster/client/kubernetesClient";
import { UserError } from "../terminal/userError";

/** A page behind a port of a pod. */
export interface Page {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly path: string;
  /** What is printed below the URL. */
  readonly lines: readonly string[];
}

/**
 * Makes a page reachable on this machine's loopback, prints its URL, opens it where there is a screen, and stays until Ctrl-C.
 * @throws UserError where the port can no longer be forwarded
 */
export async function openPage(cluster: Cluster, { path, lines, ...asked }: Page): Promise<void> {
  const forwarded = await cluster.forward(asked);
  const stopped = new Promise<undefined>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.once(signal, () => {
        resolve(undefined);
      });
  });
  const url = `http://127.0.0.1:${String(forwarded.port)}${path}`;
  process.stdout.write([url, ...lines, "Ctrl-C ends it", ""].join("\n"));
  // Where nobody sits before a screen, as in CI or over ssh, the URL is all.
  if (process.stdout.isTTY && process.env["SSH_CONNECTION"] === undefined)
    await open(url).then(
      (child) => child.on("error", () => undefined),
      () => undefined,
    );
  const why = await Promise.race([forwarded.failed, stopped]);
  forwarded.close();
  if (why !== undefined)
    throw new UserError(`${asked.namespace}/${asked.pod}:${String(asked.port)} is no longer reached: ${why}`);
}
