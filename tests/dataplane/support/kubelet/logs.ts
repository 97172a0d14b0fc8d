import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import type { ServerResponse } from "node:http";

/** Where the last lines of a file begin. */
function tailStart(file: string, lines: number): number {
  const size = statSync(file).size;
  const read = Buffer.alloc(size);
  const open = openSync(file, "r");
  readSync(open, read, 0, size, 0);
  closeSync(open);
  let at = size;
  for (let count = 0; count <= lines && at > 0; count++) at = read.lastIndexOf("\n", at - 1);
  return lines === 0 ? size : at + 1;
}

/**
 * Answers with a container's log, as a kubelet does.
 * @param isLive whether the container is there; what follows its log ends with it
 */
export async function sendLog(
  response: ServerResponse,
  file: string | undefined,
  query: URLSearchParams,
  isLive: () => boolean,
): Promise<void> {
  response.writeHead(200, { "content-type": "text/plain" }).flushHeaders();
  const lines = query.get("tailLines");
  let at = 0;
  if (file !== undefined && existsSync(file) && lines !== null) at = tailStart(file, Number(lines));
  do {
    if (file !== undefined && existsSync(file)) {
      const more = Buffer.alloc(Math.max(statSync(file).size - at, 0));
      const open = openSync(file, "r");
      at += readSync(open, more, 0, more.length, at);
      closeSync(open);
      if (more.length > 0) response.write(more);
    }
    if (query.get("follow") === "true") await new Promise((resolve) => setTimeout(resolve, 50));
  } while (query.get("follow") === "true" && isLive() && !response.destroyed);
  response.end();
}
