import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { dump } from "js-yaml";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { programFiles } from "../../../rehearse/project";
import { findHelm } from "../../../tools/helm";
import { mustRun } from "../../../tools/run";
import { repository } from "./engine";
import { laterEnv } from "./preloads";
import { messageOf } from "../../../tools/errors";

/** Config of a stack: keys after `jam-istio:`. */
export type Config = Readonly<Record<string, unknown>>;

/** One stack of the real program in a folder of its own, with its own state, on the real engine. */
export class Instance {
  public readonly folder: string;
  public readonly env: Record<string, string>;
  /** All that Pulumi printed. */
  public log = "";
  private known: Stack | undefined;

  private constructor(
    public readonly name: string,
    private readonly backend: string,
  ) {
    this.folder = mkdtempSync(join(tmpdir(), "jam-istio-e2e-"));
    for (const file of programFiles) symlinkSync(join(repository, file), join(this.folder, file));
    this.env = {
      PATH: process.env["PATH"] ?? "",
      NODE_PATH: join(repository, "node_modules"),
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_CONFIG_PASSPHRASE: "end-to-end",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
  }

  /** Makes a stack; nothing is deployed yet. */
  public static async create(name: string, config: Config): Promise<Instance> {
    const instance = new Instance(name, mkdtempSync(join(tmpdir(), "jam-istio-state-")));
    instance.configure(config);
    await instance.stack();
    return instance;
  }

  /** Writes the stack file anew. */
  public configure(config: Config): void {
    const keys = Object.entries(config).map(([key, value]) => [`jam-istio:${key}`, value]);
    writeFileSync(
      this.file,
      dump({ encryptionsalt: this.salt(), config: Object.fromEntries(keys) as unknown }, { skipInvalid: true }),
    );
  }

  /** Writes the stack file as text; the stack's salt is kept unless another head is given. */
  public configureText(text: string, head = `encryptionsalt: ${this.salt() ?? ""}\n`): void {
    writeFileSync(this.file, head + text);
  }

  /** The stack file. */
  public get file(): string {
    return join(this.folder, `Pulumi.${this.name}.yaml`);
  }

  private salt(): string | undefined {
    try {
      return /^encryptionsalt: (.*)$/m.exec(readFileSync(this.file, "utf8"))?.[1];
    } catch {
      return undefined;
    }
  }

  /** From here on the program's clock is ahead: what another run left is that much older to it. */
  public later(seconds: number): void {
    Object.assign(this.env, laterEnv(seconds));
  }

  /** From here on the program finds charts in a cache of the instance's own alone; Helm is on its PATH. */
  public async useOwnCache(): Promise<void> {
    const helm = await findHelm(() => undefined);
    const path = helm === "helm" ? [] : [dirname(helm)];
    Object.assign(this.env, {
      JAM_ISTIO_CACHE: join(this.folder, "cache"),
      PATH: [...path, this.env["PATH"] ?? ""].join(delimiter),
    });
  }

  /** Removes every chart that the program has on this machine. */
  public forgetCharts(): void {
    for (const folder of ["cache", ".jam-istio"]) rmSync(join(this.folder, folder), { recursive: true, force: true });
  }

  /** The stack, made when it is first asked for. */
  private async stack(): Promise<Stack> {
    const place = { stackName: this.name, workDir: this.folder };
    this.known ??= await LocalWorkspace.createOrSelectStack(place, { envVars: this.env });
    this.known.workspace.envVars = { ...this.env };
    return this.known;
  }

  private get options() {
    const collect = (text: string) => {
      this.log += text;
    };
    return { onOutput: collect, onError: collect, color: "never" as const };
  }

  /** Runs what changes the stack. Not by the Automation API, which asks for outputs and history each time, for a second or two. */
  private async operate(...args: readonly string[]): Promise<Record<string, number>> {
    const options = ["--yes", "--stack", this.name, "--non-interactive", "--color", "never"];
    const child = spawn("pulumi", [...args, ...options], {
      cwd: this.folder,
      env: { ...process.env, ...this.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
        this.log += text;
      });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject).on("close", resolve);
    });
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${String(code)}:\n${printed}`);
    return this.lastChanges();
  }

  /** How many resources the last run changed in which way, by the state's history. */
  private lastChanges(): Record<string, number> {
    const history = join(this.backend, ".pulumi", "history", "jam-istio", this.name);
    const last = readdirSync(history)
      .filter((name) => name.endsWith(".history.json"))
      .sort()
      .at(-1);
    const { resourceChanges } = JSON.parse(readFileSync(join(history, last ?? ""), "utf8")) as {
      readonly resourceChanges?: Record<string, number>;
    };
    return resourceChanges ?? {};
  }

  /** Deploys; returns how many resources changed in which way. */
  public up(): Promise<Record<string, number>> {
    return this.operate("up", "--skip-preview");
  }

  /** `up --refresh`. */
  public upRefreshed(): Promise<Record<string, number>> {
    return this.operate("up", "--skip-preview", "--refresh");
  }

  public async preview(...policyPacks: string[]): Promise<Record<string, number>> {
    const { changeSummary } = await (await this.stack()).preview({ ...this.options, policyPacks });
    return changeSummary;
  }

  public refresh(): Promise<Record<string, number>> {
    return this.operate("refresh", "--skip-preview");
  }

  public async destroy(): Promise<void> {
    await this.operate("destroy", "--skip-preview");
  }

  public async outputs(): Promise<Record<string, { readonly value: unknown; readonly secret: boolean }>> {
    return (await this.stack()).outputs();
  }

  /** Whether a run holds the stack, or one that was killed left its lock. */
  public get isLocked(): boolean {
    const locks = join(this.backend, ".pulumi", "locks");
    return existsSync(locks) && readdirSync(locks, { recursive: true }).some((name) => String(name).endsWith(".json"));
  }

  /** Whether the lock, if there is one, is noted as one of a command of this program: soon after it is taken. */
  public get isNoted(): boolean {
    if (!this.isLocked) return true;
    try {
      const note = join(this.folder, ".jam-istio", `lock-${this.name}.json`);
      return existsSync((JSON.parse(readFileSync(note, "utf8")) as { readonly lock: string }).lock);
    } catch {
      return false;
    }
  }

  /** The state, as it is written. */
  public state(): string {
    return readFileSync(join(this.backend, ".pulumi", "stacks", "jam-istio", `${this.name}.json`), "utf8");
  }

  /** Changes the state, whose secrets are in clear meanwhile. */
  public async editState(edit: (text: string) => string): Promise<void> {
    const file = join(this.folder, "state.json");
    writeFileSync(file, edit(await this.pulumi("stack", "export", "--show-secrets")));
    await this.pulumi("stack", "import", "--file", file);
    rmSync(file);
  }

  /** The message of a preview or an up that must fail. */
  public async failure(work: () => Promise<unknown>): Promise<string> {
    const before = this.log.length;
    try {
      await work();
    } catch (error) {
      return `${this.log.slice(before)}\n${messageOf(error)}`;
    }
    throw new Error("it went through");
  }

  /** Starts Pulumi in a process group of its own, to be killed. */
  public start(...args: readonly string[]): ChildProcess {
    const child = spawn("pulumi", [...args, "--yes", "--skip-preview", "--stack", this.name, "--non-interactive"], {
      cwd: this.folder,
      env: { ...process.env, ...this.env },
      detached: true,
      stdio: "ignore",
    });
    return child;
  }

  /** Starts this program's own command in a process group of its own, to be killed. */
  public startCommand(...args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [join(repository, "bin", "jam-istio.js"), ...args, this.name, "--yes"], {
      cwd: this.folder,
      env: { ...process.env, ...this.env },
      detached: true,
      stdio: "ignore",
    });
  }

  /** Runs Pulumi's command to its end. */
  public pulumi(...args: readonly string[]): Promise<string> {
    return this.pulumiWith({}, ...args);
  }

  /** The same, with more in the environment. */
  public pulumiWith(more: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string> {
    const env = { ...process.env, ...this.env, ...more };
    return mustRun("pulumi", [...args, "--stack", this.name, "--non-interactive"], {
      seconds: 900,
      cwd: this.folder,
      env,
    });
  }

  public remove(): void {
    for (const folder of [this.folder, this.backend]) rmSync(folder, { recursive: true, force: true });
  }
}
