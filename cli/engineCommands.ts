import { CommandError, ConcurrentUpdateError, LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { createInterface } from "node:readline/promises";
import type { Settings } from "../settings/types";
import { mustRun } from "../tools/run";
import { chooseEngine } from "./backend";
import { errorColors, outColors } from "./colors";
import { forgetPendingCreations, isStale, lockHolder } from "./interruptedRun";
import { projectFolder, readStack } from "./stackFile";
import { UserError } from "./userError";
import { isBug, messageOf } from "../tools/errors";

interface Options {
  readonly yes?: boolean;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

/** Pulumi's own lines, as they come; colours only on a terminal. */
const output = {
  onOutput: (text: string) => process.stdout.write(text),
  onError: (text: string) => process.stderr.write(text),
  color: outColors.isColorSupported ? ("always" as const) : ("never" as const),
};

async function openStack(name: string, { kubernetes }: Settings): Promise<Stack> {
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
  return LocalWorkspace.createOrSelectStack(
    { stackName: name, workDir: projectFolder },
    { envVars: { ...engine.env } },
  );
}

/** Pulumi's own reason; before it the Automation API says which command failed. */
function firstLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  const begins = (word: RegExp) => lines.find((line) => word.test(line));
  return begins(/^error: ./) ?? begins(/^stderr: ./) ?? lines[0] ?? "";
}

/** Runs a step; a lock left by a run that is gone is taken away once, any other is explained. */
async function unlocked<T>(stack: Stack, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const holder = lockHolder(messageOf(error));
    if (!(error instanceof ConcurrentUpdateError) && holder === undefined) throw error;
    if (!isStale(holder)) {
      const who =
        holder === undefined ? "another run" : `${holder.user} on ${holder.host} (process ${String(holder.pid)})`;
      throw new UserError(
        `the stack is locked by ${who}. Wait until that run ends; when it is gone for certain: pulumi cancel --stack ${stack.name}`,
      );
    }
    say("the stack was locked by a run that is gone; taking its lock away (pulumi cancel)");
    await stack.cancel();
    return step();
  }
}

/** Turns Pulumi's failure into one line; its own lines have been printed. */
async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError || isBug(error)) throw error;
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

async function confirm(name: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // Without an answer (Ctrl-D) the question would stay open for ever.
  const closed = new Promise<string>((resolve) =>
    terminal.once("close", () => {
      resolve("no");
    }),
  );
  const answer = await Promise.race([terminal.question(`Deploy this to ${name}? Only "yes" does: `), closed]);
  terminal.close();
  return answer.trim() === "yes";
}

/** Shows what `up` would change, and what it would refuse. */
export async function preview(name: string): Promise<void> {
  const settings = readStack(name);
  await explained("preview", async () => {
    const stack = await openStack(name, settings);
    await unlocked(stack, () => stack.preview(output));
  });
}

/** Deploys a stack. @throws UserError with one line; Pulumi's own lines have been printed */
export async function up(name: string, options: Options): Promise<void> {
  const settings = readStack(name);
  if (options.yes !== true && !process.stdin.isTTY) {
    throw new UserError("nobody can be asked here; to deploy without a question: --yes");
  }
  await explained("up", async () => {
    const stack = await openStack(name, settings);
    const forgotten = await unlocked(stack, () => forgetPendingCreations(stack));
    if (forgotten.length > 0) say(`an interrupted run had begun to create ${forgotten.join(", ")}; beginning again`);
    if (options.yes !== true) {
      await unlocked(stack, () => stack.preview(output));
      if (!(await confirm(name))) {
        say("nothing was changed");
        return;
      }
    }
    const { summary } = await unlocked(stack, () => stack.up({ ...output, showSecrets: false }));
    const changes = Object.entries(summary.resourceChanges ?? {}).map(([kind, count]) => `${String(count)} ${kind}`);
    say(errorColors.green(`stack ${name} is up: ${changes.join(", ")}`));
  });
}
