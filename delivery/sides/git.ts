import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { mustRun, run } from "../../tools/run";

const seconds = 120;

/** A commit that something is compared with. */
export interface Base {
  /** What was asked for. */
  readonly ref: string;
  /** The commit from which both sides come: what the reference has got since is no part of the change. */
  readonly commit: string;
}

/** Branch from which work comes, where nobody says another. */
async function usualRef(folder: string): Promise<string> {
  const { code, stdout } = await run("git", ["rev-parse", "--abbrev-ref", "origin/HEAD"], { seconds, cwd: folder });
  return code === 0 ? stdout.trim() : "main";
}

/**
 * Finds the commit that a folder is compared with.
 * @param ref default: the default branch of `origin`, else `main`
 * @throws Error with one line where there is no such commit
 */
export async function findBase(folder: string, ref?: string): Promise<Base> {
  const wanted = ref ?? (await usualRef(folder));
  const { code, stdout, stderr } = await run("git", ["merge-base", "--", wanted, "HEAD"], {
    seconds,
    cwd: folder,
  }).catch((error: unknown) => {
    throw new Error("Git is needed to find what the stack was before", { cause: error });
  });
  if (code === 0) return { ref: wanted, commit: stdout.trim() };
  const why = /not a git repository/.test(stderr)
    ? `${folder} is in no Git repository`
    : `there is no commit ${wanted} that this one comes from`;
  throw new Error(`${why}. Another one: --base <ref>. In CI fetch the whole history first: git fetch --unshallow`);
}

/**
 * Writes a commit's files of a folder into another one; nothing of the repository changes.
 * @returns the folder that stands for the given one
 */
export async function checkOut(folder: string, { commit }: Base, into: string): Promise<string> {
  const at = { seconds, cwd: folder };
  const archive = join(into, "base.tar");
  const target = join(into, "base");
  mkdirSync(target, { recursive: true });
  // From a folder below the root Git takes the files of that folder alone.
  await mustRun("git", ["archive", "--format=tar", `--output=${archive}`, commit], at);
  await mustRun("tar", ["-xf", archive, "-C", target], at);
  rmSync(archive);
  return target;
}

/** Files that differ between a commit and the working folder, also such as Git does not know yet; paths below the folder. */
export async function changedFiles(folder: string, { commit }: Base): Promise<readonly string[]> {
  const at = { seconds, cwd: folder };
  const [known, fresh] = await Promise.all([
    mustRun("git", ["diff", "--name-only", "--relative", "-z", commit, "--", "."], at),
    mustRun("git", ["ls-files", "--others", "--exclude-standard", "-z"], at),
  ]);
  return [...new Set(`${known}${fresh}`.split("\0").filter((path) => path !== ""))].sort();
}

/**
 * Files that any commit after another one touched; paths below the folder. Also those that are as they were: what one commit brought
 * may have been deployed before the next one took it back.
 */
export async function touchedSince(folder: string, { commit }: Base): Promise<readonly string[]> {
  const args = ["log", "-m", "--format=", "--name-only", "--relative", "-z", `${commit}..HEAD`, "--", "."];
  const touched = await mustRun("git", args, { seconds, cwd: folder });
  return [...new Set(touched.split("\0").filter((path) => path !== ""))].sort();
}

/** Commit that is checked out in a folder; `undefined` where it is in no Git repository, or nothing was ever committed. */
export async function headOf(folder: string): Promise<string | undefined> {
  const ended = await run("git", ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], { seconds, cwd: folder }).catch(
    () => undefined,
  );
  return ended?.code === 0 ? ended.stdout.trim() : undefined;
}

/** Whether what is checked out comes from a commit; `unknown` where that is not at hand. */
export async function comesFrom(folder: string, commit: string): Promise<"yes" | "no" | "unknown"> {
  const args = ["merge-base", "--is-ancestor", commit, "HEAD"];
  const ended = await run("git", args, { seconds, cwd: folder }).catch(() => undefined);
  if (ended?.code === 0) return "yes";
  return ended?.code === 1 ? "no" : "unknown";
}

/** Gives a commit's own program the packages of this one; they are not installed once more. */
export function linkPackages(program: string, target: string): void {
  if (!existsSync(join(target, "node_modules")))
    symlinkSync(join(program, "node_modules"), join(target, "node_modules"));
}
