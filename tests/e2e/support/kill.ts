import type { ChildProcess } from "node:child_process";
import { run } from "../../../tools/run";

/** The process and all that it started, theirs included: Pulumi's plugins are in process groups of their own. */
async function tree(pid: number): Promise<readonly { readonly pid: number; readonly command: string }[]> {
  const { stdout } = await run("ps", ["-e", "-o", "pid=,ppid=,comm="], { seconds: 10 });
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .map(([child, parent, command = ""]) => ({ pid: Number(child), parent: Number(parent), command }));
  const found = rows.filter((row) => row.pid === pid);
  for (const one of found) found.push(...rows.filter(({ parent }) => parent === one.pid));
  return found;
}

/** SIGKILL to the process, and of what it started to Pulumi's CLI alone, or to all. */
export async function kill(child: ChildProcess, whom: "cli" | "tree"): Promise<void> {
  const all = await tree(child.pid ?? 0);
  const pids = all
    .filter(({ pid, command }) => whom === "tree" || pid === child.pid || command === "pulumi")
    .map(({ pid }) => pid);
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
