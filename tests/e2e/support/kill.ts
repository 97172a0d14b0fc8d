import type { ChildProcess } from "node:child_process";
import { run } from "../../../tools/run";

/** The process and all that it started, theirs included: Pulumi's plugins are in process groups of their own. */
async function tree(pid: number): Promise<readonly number[]> {
  const { stdout } = await run("ps", ["-e", "-o", "pid=,ppid="], { seconds: 10 });
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found) found.push(...rows.filter(([, ppid]) => ppid === parent).map(([child]) => child ?? 0));
  return found;
}

/** SIGKILL to the CLI alone, or to it and all that it started. */
export async function kill(child: ChildProcess, whom: "cli" | "tree"): Promise<void> {
  const pid = child.pid ?? 0;
  const pids = whom === "tree" ? await tree(pid) : [pid];
  const gone = new Promise((resolve) => child.once("exit", resolve));
  for (const one of pids) {
    try {
      process.kill(one, "SIGKILL");
    } catch {
      // It ended by itself meanwhile.
    }
  }
  if (child.exitCode === null && child.signalCode === null) await gone;
}
