import { spawn } from "node:child_process";
import { appendFileSync, closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../tools/errors";
import { projectRoot } from "../../tools/projectRoot";
import { signalGroup } from "../../tools/signalGroup";

/** A command of this program at work on one stack. */
export interface Child {
  /** Its exit code. */
  readonly ended: Promise<number>;
  /** Interrupts it and what it started, as Ctrl-C would. */
  readonly interrupt: () => void;
}

/**
 * Starts this program's own command. It writes into files by itself, so that no memory is used here, and nothing is lost should
 * this process end.
 * @param output where its result goes; absent: into the log, too
 */
export function startChild(args: readonly string[], log: string, output?: string): Child {
  const errors = openSync(log, "w");
  // Of one file both have the same descriptor: with two, one would write over what the other has written.
  const results = output === undefined ? errors : openSync(output, "w");
  // In a process group of its own: Ctrl-C at the terminal reaches this process alone, which hands it on once.
  const child = spawn(process.execPath, [join(projectRoot, "bin", "jam-istio.js"), ...args], {
    stdio: ["ignore", results, errors],
    detached: true,
  });
  for (const file of new Set([results, errors])) closeSync(file);
  const ended = new Promise<number>((resolve) => {
    child.once("exit", (code) => {
      resolve(code ?? 1);
    });
    child.once("error", (error) => {
      appendFileSync(log, `error: it could not be started: ${messageOf(error)}\n`);
      resolve(1);
    });
  });
  const interrupt = () => {
    if (child.exitCode === null) signalGroup(child, "SIGINT");
  };
  return { ended, interrupt };
}
