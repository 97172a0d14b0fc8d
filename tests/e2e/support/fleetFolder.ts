import { dump, load } from "js-yaml";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FleetReport } from "../../../delivery/fleet/report";
import { programFiles } from "../../../rehearse/project";
import { cacheFolder } from "../../../tools/helm";
import { run, type Ended } from "../../../tools/run";
import { chartRoot, repository } from "./engine";
import type { Config } from "./instance";

interface Kubeconfig {
  readonly contexts: readonly { readonly name: string; readonly context: object }[];
  readonly "current-context": string;
}

/** A folder with the stack files of a fleet, whose state is in files beside them, as nobody is logged in. */
export class FleetFolder {
  public readonly folder = mkdtempSync(join(tmpdir(), "jam-istio-fleet-"));
  private readonly home = mkdtempSync(join(tmpdir(), "jam-istio-home-"));
  private readonly command = join(repository, "bin", "jam-istio.js");

  constructor() {
    for (const file of programFiles) symlinkSync(join(repository, file), join(this.folder, file));
  }

  /** The environment of its commands. */
  public get env(): NodeJS.ProcessEnv {
    const own = { NODE_PATH: join(repository, "node_modules"), JAM_ISTIO_CHARTS: chartRoot() };
    // Helm and the engine stay where they are.
    const env = { ...process.env, ...own, HOME: this.home, PULUMI_HOME: this.home, JAM_ISTIO_CACHE: cacheFolder() };
    for (const name of Object.keys(env))
      if (/^PULUMI_(BACKEND_URL|CONFIG_PASSPHRASE|ACCESS_TOKEN)/.test(name)) Reflect.deleteProperty(env, name);
    return env;
  }

  /** Writes a kubeconfig beside the lab's, by which that is known, with two contexts for the cluster: it looks like two then. */
  public twoContexts(kubeconfig: string, second: string): string {
    const content = load(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
    const first = content.contexts.find(({ name }) => name === content["current-context"]);
    const contexts = ["first", second].map((name) => ({ ...first, name }));
    const file = `${kubeconfig}-two`;
    writeFileSync(file, dump({ ...content, contexts, "current-context": "first" }));
    return file;
  }

  /** Writes a stack file; what Pulumi wrote into it stays. */
  public configure(stack: string, config: Config): void {
    const file = join(this.folder, `Pulumi.${stack}.yaml`);
    const salt = readdirSync(this.folder).includes(`Pulumi.${stack}.yaml`)
      ? (/^encryptionsalt: .*$/m.exec(readFileSync(file, "utf8"))?.[0] ?? "")
      : "";
    const keys = Object.entries(config).map(([key, value]) => [`jam-istio:${key}`, value]);
    writeFileSync(file, `${salt}\n${dump({ config: Object.fromEntries(keys) as unknown }, { skipInvalid: true })}`);
  }

  /** Runs a command of the fleet to its end. */
  public fleet(...args: readonly string[]): Promise<Ended> {
    return run(process.execPath, [this.command, "fleet", ...args], { seconds: 1800, cwd: this.folder, env: this.env });
  }

  /** Starts one. */
  public start(...args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [this.command, "fleet", ...args], {
      cwd: this.folder,
      env: this.env,
      stdio: "ignore",
    });
  }

  /** The report that is in a folder of logs, and `undefined` before it is there. */
  public report(logs: string): FleetReport | undefined {
    try {
      return JSON.parse(readFileSync(join(this.folder, logs, "report.json"), "utf8")) as FleetReport;
    } catch {
      return undefined;
    }
  }

  /** Locks that runs hold, or left. */
  public locks(): readonly string[] {
    const locks = join(this.folder, ".pulumi-local", "state", ".pulumi", "locks");
    return readdirSync(locks, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  }

  /** The stacks that Pulumi has as selected. */
  public selected(): readonly string[] {
    const folder = join(this.home, "workspaces");
    const files = readdirSync(this.home).includes("workspaces") ? readdirSync(folder) : [];
    return files.flatMap(
      (file) => (JSON.parse(readFileSync(join(folder, file), "utf8")) as { stack?: string }).stack ?? [],
    );
  }

  public remove(): void {
    for (const folder of [this.folder, this.home]) rmSync(folder, { recursive: true, force: true });
  }
}
