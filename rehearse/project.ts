import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { dump } from "js-yaml";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, type Ended } from "../tools/run";

/** The program's own files, which a project of one stack's needs. */
export const programFiles = [
  ...["index.ts", "bin", "settings", "config", "components", "mesh", "cluster", "charts", "tools"],
  ...["package.json", "tsconfig.json", "Pulumi.yaml", "node_modules"],
];

/** A project with a state of its own, which leaves the person's stack and state alone. */
export class RehearsalProject {
  private readonly folder = mkdtempSync(join(tmpdir(), "jam-istio-rehearsal-"));
  private readonly env: Record<string, string>;

  public constructor(
    private readonly program: string,
    private readonly name: string,
    engine: Readonly<Record<string, string>>,
  ) {
    for (const file of programFiles) symlinkSync(join(program, file), join(this.folder, file));
    mkdirSync(join(this.folder, "state"));
    this.env = {
      ...engine,
      NODE_PATH: join(program, "node_modules"),
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: randomBytes(24).toString("base64url"),
    };
  }

  /** Makes the stack with a config of full keys such as `jam-istio:istio`, or gives it another. */
  public async configure(config: Readonly<Record<string, unknown>>): Promise<Stack> {
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: this.name, workDir: this.folder },
      { envVars: this.env },
    );
    const salt = await stack.workspace.stackSettings(this.name).then(
      ({ encryptionSalt }) => encryptionSalt,
      () => undefined,
    );
    const text = dump({ ...(salt === undefined ? {} : { encryptionsalt: salt }), config });
    writeFileSync(join(this.folder, `Pulumi.${this.name}.yaml`), text);
    return stack;
  }

  /** Runs this program's own command on the stack, as a person would. */
  public command(...args: readonly string[]): Promise<Ended> {
    const env = { ...process.env, ...this.env };
    const command = [join(this.program, "bin", "jam-istio.js"), ...args];
    return run(process.execPath, command, { seconds: 1800, cwd: this.folder, env });
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
