import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun } from "../../../tools/run";

/** A Git repository that has stack files alone, as a team has it that uses this program. */
export class StackRepository {
  public readonly folder = mkdtempSync(join(tmpdir(), "jam-istio-repository-"));

  /** Makes it, with these stack files as the first commit of `main`. */
  public static async create(stacks: Readonly<Record<string, string>>): Promise<StackRepository> {
    const made = new StackRepository();
    writeFileSync(join(made.folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
    made.write(stacks);
    await made.git("init", "--quiet", "--initial-branch=main");
    await made.commit();
    return made;
  }

  /** Writes stack files, given by their keys after `config:`. */
  public write(stacks: Readonly<Record<string, string>>): void {
    for (const [stack, config] of Object.entries(stacks))
      writeFileSync(join(this.folder, `Pulumi.${stack}.yaml`), `config:\n${config.replace(/^/gm, "  ")}\n`);
  }

  public git(...args: readonly string[]): Promise<string> {
    const user = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    return mustRun("git", [...user, ...args], { seconds: 60, cwd: this.folder });
  }

  /** Commits everything; gives the commit. */
  public async commit(): Promise<string> {
    await this.git("add", ".");
    await this.git("commit", "--quiet", "--message=a change");
    return (await this.git("rev-parse", "HEAD")).trim();
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
