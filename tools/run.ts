import { spawn } from "node:child_process";

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface RunOptions {
  /** It is killed when it takes longer, in seconds. */
  readonly seconds: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** What it reads. Default: nothing. */
  readonly input?: string;
}

/**
 * Runs a program to its end and collects what it prints.
 * @throws Error with one line when it cannot be started or takes too long
 */
export function run(program: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: options.env ?? process.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    let stdout = "";
    let stderr = "";
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      // A process that it began may hold the pipes for ever.
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      reject(new Error(`no answer within ${String(options.seconds)} s`));
    }, options.seconds * 1000);
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    // A program that ends before it has read everything says so by its exit code.
    child.stdin.on("error", () => undefined).end(options.input ?? "");
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, stdout, stderr });
    });
  });
}

function errorLine(stderr: string): string | undefined {
  const lines = stderr.trim().split("\n");
  return lines.find((line) => line.startsWith("Error: "))?.slice(7) ?? lines.at(-1);
}

/** Like {@link run}, for programs that must succeed; the error is the line in which the program says why not. */
export async function mustRun(program: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, options);
  if (code !== 0) throw new Error(errorLine(stderr) || `exit code ${String(code)}`);
  return stdout;
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive, too.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
