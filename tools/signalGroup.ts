import type { ChildProcess } from "node:child_process";

/** Sends a signal to a process that was started in a group of its own (`detached`), and to all that it began. */
export function signalGroup({ pid }: Pick<ChildProcess, "pid">, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has just ended, or is somebody else's by now: then it is left alone.
  }
}
