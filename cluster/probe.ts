import { run } from "../tools/run";

/** How long a probe may take, in seconds. */
const probeSeconds = 10;

/**
 * Tries the steady state once: a command by its exit code, a URL by its status.
 * @returns why it is not steady; undefined when it is
 */
export async function probe(what: string): Promise<string | undefined> {
  if (/^https?:\/\//i.test(what)) {
    try {
      const { status } = await fetch(what, { signal: AbortSignal.timeout(probeSeconds * 1000), redirect: "follow" });
      return status < 400 ? undefined : `${what} answered ${String(status)}`;
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return `${what}: ${cause instanceof Error ? cause.message : String(cause)}`;
    }
  }
  try {
    const { code, stderr } = await run("sh", ["-c", what], { seconds: probeSeconds });
    return code === 0
      ? undefined
      : `"${what}" ended with ${String(code)} ${stderr.trim().split("\n").at(-1) ?? ""}`.trim();
  } catch (error) {
    return `"${what}": ${error instanceof Error ? error.message : String(error)}`;
  }
}
