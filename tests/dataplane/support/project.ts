import { dump } from "js-yaml";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = join(__dirname, "..", "..", "..", "bin", "jam-istio.js");

/** How a command ended. */
export interface CommandEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly end: Promise<CommandEnd>;
  /** What it has printed so far. */
  readonly printed: () => string;
}

/** A folder with one stack's file, where the commands are run as a person runs them: no engine is near. */
export class Project {
  private readonly folder = mkdtempSync(join(tmpdir(), "jam-istio-project-"));
  private readonly running = new Set<ChildProcess>();

  public constructor(config: Readonly<Record<string, unknown>>, stack = "dev701") {
    const keys = Object.entries(config).map(([key, value]) => [`jam-istio:${key}`, value]);
    writeFileSync(join(this.folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
    writeFileSync(join(this.folder, `Pulumi.${stack}.yaml`), dump({ config: Object.fromEntries(keys) as unknown }));
  }

  public start(...args: readonly string[]): Running {
    const child = spawn(process.execPath, [program, ...args], { cwd: this.folder, stdio: ["ignore", "pipe", "pipe"] });
    this.running.add(child);
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const end = new Promise<CommandEnd>((resolve) => {
      child.once("close", (code) => {
        this.running.delete(child);
        resolve({ code, stdout, stderr });
      });
    });
    return { child, end, printed: () => stdout + stderr };
  }

  public run(...args: readonly string[]): Promise<CommandEnd> {
    return this.start(...args).end;
  }

  /** Ends what a test that failed has left at work, and removes the folder. */
  public remove(): void {
    for (const child of this.running) child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
