import { CommandError, LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { join } from "node:path";
import { heedInterrupts, isInterrupted, unlessInterrupted } from "./interrupt";
import { isBug, messageOf } from "../../tools/errors";
import { mustRun, run } from "../../tools/run";
import { ask, canAsk } from "../terminal/ask";
import { chooseEngine, type Engine } from "./backend";
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
  /** Runs a step. @throws UserError after Ctrl-C: then none is begun any more */
  readonly step: <T>(work: () => Promise<T>) => Promise<T>;
  /** Runs one that takes another back, after Ctrl-C as well. */
  readonly undo: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A stack that the state does not have. */
export class NoSuchStack extends UserError {
  constructor(stack: string) {
    super(
      `there is no stack ${stack} in this state: nothing of it was deployed from here. Is it the right one? See "state:" above`,
    );
  }
}

/**
 * Finds Pulumi and the state, and says which. Also the moment in which the npm package downloads the CLI.
 * @throws UserError where there is no Pulumi
 */
export async function findEngine(kubeconfig: string | undefined): Promise<Engine> {
  const engine = chooseEngine(projectFolder, process.env, kubeconfig);
  say(`state: ${engine.backend}; engine: ${engine.cli}`);
  if (engine.reach !== undefined) say(`for plain Pulumi, which npx brings: ${engine.reach}`);
  const env = { ...process.env, ...engine.env };
  await mustRun("pulumi", ["version"], { seconds: 900, env }).catch((error: unknown) => {
    const why = messageOf(error);
    throw new UserError(`no Pulumi CLI: ${engine.cli} (${why}). Install it: https://www.pulumi.com/docs/install/`);
  });
  return engine;
}

/** Runs `pulumi stack …` in the project's folder. @throws Error with what Pulumi says */
async function stackCommand({ env }: Engine, ...args: readonly string[]): Promise<void> {
  const options = { seconds: 120, cwd: projectFolder, env: { ...process.env, ...env } };
  const { code, stdout, stderr } = await run("pulumi", ["stack", ...args, "--non-interactive"], options);
  if (code !== 0) throw new Error(stderr.trim() || stdout.trim() || `exit code ${String(code)}`);
}

/**
 * Finds the stack in the state, or makes it, without selecting it: what is selected is written into one file for the whole folder,
 * which runs beside this one write as well, and which a person's own Pulumi goes by.
 * @param found `made` where it is not there yet, or `there`: it must be
 * @throws NoSuchStack; Error with what Pulumi says
 */
export async function ensureStack(name: string, engine: Engine, found: "made" | "there"): Promise<void> {
  try {
    await stackCommand(engine, "--show-name", "--stack", name);
  } catch (error) {
    if (!/no stack named/.test(messageOf(error))) throw error;
    if (found === "there") throw new NoSuchStack(name);
    await stackCommand(engine, "init", name, "--no-select");
  }
}

/** Opens a stack that is there. The Automation API would select it. */
async function automated(name: string, engine: Engine): Promise<Stack> {
  const workspace = await LocalWorkspace.create({ workDir: projectFolder, envVars: { ...engine.env } });
  workspace.selectStack = () => Promise.resolve();
  return Stack.select(name, workspace);
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
  const engine = await findEngine(kubernetes.kubeconfig);
  heedInterrupts();
  // The Automation API looks for the CLI on this process's PATH before it knows of the workspace's.
  process.env["PATH"] = engine.env["PATH"] ?? "";
  const places = { state: engine.files, stack: name, note: join(projectFolder, ".jam-istio", `lock-${name}.json`) };
  const run = { name, places, say, isInterrupted };
  // To make one takes a lock as well, with which `pulumi cancel` cannot help: it knows no stack that is not made.
  const make = {
    ...run,
    cancel: () => Promise.resolve(),
    wayOut: `remove its lock below ${engine.files ?? "the state"}`,
  };
  unlessInterrupted();
  await unlocked(make, () => ensureStack(name, engine, found));
  const stack = await automated(name, engine);
  const lockable = { ...run, cancel: () => stack.cancel(), ask: canAsk() ? ask : undefined };
  const undo: OpenStack["undo"] = (work) => unlocked(lockable, work);
  // Within the step: a lock may have to go before it.
  const step: OpenStack["step"] = (work) =>
    undo(() => {
      unlessInterrupted();
      return work();
    });
  return { stack, step, undo };
}

/** Pulumi's own reason; before it the Automation API says which command failed. */
function firstLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  const begins = (word: RegExp) => lines.find((line) => word.test(line));
  return begins(/^error: ./) ?? begins(/^stderr: ./) ?? lines[0] ?? "";
}

/** Turns Pulumi's failure into one line; its own lines have been printed. */
export async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
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
