import type { V1Pod } from "@kubernetes/client-node";
import open from "open";
import { goneText } from "../../cluster/client/goneText";
import type { Cluster } from "../../cluster/client/kubernetesClient";
import { UserError } from "../terminal/userError";

/** A page behind a port of a pod. */
export interface Page {
  readonly pod: V1Pod;
  readonly port: number;
  readonly path: string;
  /** What is printed below the URL. */
  readonly lines: readonly string[];
}

/**
 * Makes a page reachable on this machine's loopback, prints its URL, opens it where there is a screen, and stays until Ctrl-C.
 * @throws UserError where the port can no longer be forwarded
 */
export async function openPage(cluster: Cluster, { pod, port, path, lines }: Page): Promise<void> {
  const [namespace, name] = [pod.metadata?.namespace ?? "", pod.metadata?.name ?? ""];
  const forwarded = await cluster.forward({ namespace, pod: name, port });
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
  if (why === undefined) return;
  throw new UserError(
    `${namespace}/${name}:${String(port)} is no longer reached: ${(await goneText(cluster, pod)) ?? why}`,
  );
}
