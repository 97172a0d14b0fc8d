import { spawn } from "node:child_process";
import { withoutCredentials } from "../../mesh/credentials";
import { messageOf } from "../../tools/errors";
import { fetchUrl } from "../../tools/fetch";
import { signalGroup } from "../../tools/signalGroup";
import { timeLimit } from "../../tools/timeLimit";

/** How long a probe may take, in milliseconds. */
const probeMs = 10_000;

/** Why a probe was given up. */
const late = (ms: number) => `no answer within ${String(Math.round(ms / 1000))} s`;

async function probeUrl(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetchUrl(url, { signal });
    await response.body?.cancel();
    return response.status < 400 ? undefined : `${url} answered ${String(response.status)}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `${url}: ${signal.aborted ? late(probeMs) : messageOf(cause)}`;
  }
}

function probeCommand(command: string, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    // A group of its own: what the command started ends with it, also what it waits for.
    const child = spawn("sh", ["-c", command], { detached: true, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-300)));
    const give = () => {
      signalGroup(child, "SIGKILL");
      resolve(`"${command}": ${late(probeMs)}`);
    };
    signal.addEventListener("abort", give, { once: true });
    const done = (text: string | undefined) => {
      signal.removeEventListener("abort", give);
      resolve(text);
    };
    child.once("error", (error) => {
      done(`"${command}": ${error.message}`);
    });
    child.once("exit", (code, by) => {
      const how = code === null ? `was ended by ${by ?? "a signal"}` : `ended with ${String(code)}`;
      done(code === 0 ? undefined : `"${command}" ${how} ${said.trim().split("\n").at(-1) ?? ""}`.trim());
    });
  });
}

/**
 * Tries the steady state once: a command by its exit code, a URL by its status.
 * @param within it is given up earlier than after ten seconds, in milliseconds
 * @returns why it is not steady; undefined when it is
 */
export async function probe(what: string, stop: AbortSignal, within = probeMs): Promise<string | undefined> {
  if (stop.aborted) return "stopped by hand";
  const signal = AbortSignal.any([stop, timeLimit(Math.max(1, Math.min(probeMs, within)))]);
  const why = await (/^https?:\/\//i.test(what) ? probeUrl(what, signal) : probeCommand(what, signal));
  return why === undefined ? undefined : withoutCredentials(why);
}
