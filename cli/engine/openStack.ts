import { CommandError, LocalWorkspace, StackNotFoundError, type Stack } from "@pulumi/pulumi/automation";
import { join } from "node:path";
import { isBug, messageOf } from "../../tools/errors";
import { mustRun } from "../../tools/run";
import { ask, canAsk } from "../terminal/ask";
import { chooseEngine } from "./backend";
import { unlocked } from "../lock/unlocked";
import { projectFolder, type InstanceLocation } from "../stack/stackFile";
import { UserError } from "../terminal/userError";
import { say } from "../terminal/say";
import { errorColors } from "../terminal/colors";

/** Pulumi's own lines go to standard error, where standard output is the command's own. */
export const besideOutput = {
  onOutput: (text: string) => process.stderr.write(text),
  onError: (text: string) => process.stderr.write(text),
  color: errorColors.isColorSupported ? ("always" as const) : ("never" as const),
};

/** A stack of Pulumi's, and how a step of it is run although a run that is gone may have left its lock. */
export interface OpenStack {
  readonly stack: Stack;
  readonly step: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Finds Pulumi, the state and the stack.
 * @param found `made` where it is not there yet, or `there`: it must be
 * @throws UserError where there is no Pulumi, or no stack that must be there
 */
export async function openStack(
  name: string,
  { kubernetes }: InstanceLocation,
  found: "made" | "there",
): Promise<OpenStack> {
  const engine = chooseEngine(projectFolder, process.env, kubernetes.kubeconfig);
  say(`state: ${engine.backend}; engine: ${engine.cli}`);
  if (engine.reach !== undefined) say(`for plain Pulumi, which npx brings: ${engine.reach}`);
  // Ctrl-C reaches Pulumi as well, which ends the step it is at; this process waits for it.
  process.on("SIGINT", () => say("stopping: Pulumi ends the step that it is at"));
  // The Automation API looks for the CLI on this process's PATH before it knows of the workspace's.
  process.env["PATH"] = engine.env["PATH"] ?? "";
  // Also the moment in which the npm package downloads the CLI.
  await mustRun("pulumi", ["version"], { seconds: 900 }).catch((error: unknown) => {
    const why = messageOf(error);
    throw new UserError(`no Pulumi CLI: ${engine.cli} (${why}). Install it: https://www.pulumi.com/docs/install/`);
  });
  const which = { stackName: name, workDir: projectFolder };
  const options = { envVars: { ...engine.env } };
  const stack = await (found === "made"
    ? LocalWorkspace.createOrSelectStack(which, options)
    : LocalWorkspace.selectStack(which, options));
  const lockable = {
    name,
    places: { state: engine.files, note: join(projectFolder, ".jam-istio", `lock-${name}.json`) },
    cancel: () => stack.cancel(),
    ask: canAsk() ? ask : undefined,
    say,
  };
  return { stack, step: (work) => unlocked(lockable, work) };
}

/** Pulumi's own reason; before it the Automation API says which command failed. */
function firstLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  const begins = (word: RegExp) => lines.find((line) => word.test(line));
  return begins(/^error: ./) ?? begins(/^stderr: ./) ?? lines[0] ?? "";
}

/** Turns Pulumi's failure into one line; its own lines have been printed. */
export async function explained<T>(what: string, stack: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError || isBug(error)) throw error;
    if (error instanceof StackNotFoundError)
      throw new UserError(
        `there is no stack ${stack} in this state: nothing of it was deployed from here. Is it the right one? See "state:" above`,
      );
    if (error instanceof CommandError) {
      // What Helm says when the provider of a run that was killed is still at work on the same release.
      const busy = /cannot re-use a name that is still in use|another operation .* is in progress/.test(error.message);
      const next = busy
        ? ". A run that was killed may still be at work: wait for istio.timeoutSeconds, then run up again"
        : "";
      throw new UserError(`pulumi ${what} failed: ${firstLine(error.message)}${next}`);
    }
    throw new UserError(`pulumi ${what} could not run: ${firstLine(messageOf(error))}`);
  }
}
