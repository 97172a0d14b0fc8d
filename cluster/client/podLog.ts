import type { KubeConfig } from "@kubernetes/client-node";
import { beginRequest } from "./send";

/** A container's log that is followed. */
export interface LogToFollow {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly signal: AbortSignal;
}

/**
 * Follows a container's log from now on. Needs the right to `get` pods/log.
 * @param onLine gets each line, without its end; the next one waits for it
 * @returns when the log ends: with its container, its pod, or the API server's connection to the node
 * @throws HttpError where the API server refuses; Error where the connection to it breaks, or the signal ends it
 */
export async function followLog(
  config: KubeConfig,
  { namespace, pod, container, signal }: LogToFollow,
  onLine: (line: string) => void | Promise<void>,
): Promise<void> {
  const query = new URLSearchParams({ container, follow: "true", tailLines: "0" });
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?${query.toString()}`;
  const response = await beginRequest(config, "GET", path, { accept: "*/*", signal });
  // A peer that is gone is noticed also where it says nothing.
  response.socket.setKeepAlive(true, 10_000);
  let rest = "";
  for await (const part of response.setEncoding("utf8")) {
    const lines = `${rest}${String(part)}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) await onLine(line);
  }
  if (rest !== "") await onLine(rest);
}
