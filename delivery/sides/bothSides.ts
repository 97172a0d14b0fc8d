import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../tools/errors";
import { checkOut, linkPackages, type Base } from "./git";
import { renderSide, type Side } from "./side";

/** Where a project is, and the program that this process runs. */
export interface Project {
  /** Folder with the stack files. */
  readonly folder: string;
  readonly program: string;
  /** Root that replaces the official chart repositories on both sides. */
  readonly charts?: string | undefined;
}

/** A stack as it was and as it would be. */
export interface BothSides {
  readonly before: Side;
  readonly after: Side;
}

/** The commit's files, for as long as they are compared. */
export interface BaseFiles {
  readonly folder: string;
  /** What is to be known of how this side is made. */
  readonly notes: readonly string[];
  readonly remove: () => Promise<void>;
}

const lockOf = (folder: string) => {
  const file = join(folder, "package-lock.json");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
};

const hasProgram = (folder: string) => existsSync(join(folder, "bin", "jam-istio.js"));

/**
 * Writes the commit's files into a temporary folder. Where the program is among them it renders its side itself, with this
 * one's packages: what a change of the program does to a stack is seen, too.
 */
export async function openBase({ folder, program }: Project, base: Base): Promise<BaseFiles> {
  const into = await mkdtemp(join(tmpdir(), "jam-istio-base-"));
  const remove = () => rm(into, { recursive: true, force: true });
  try {
    const target = await checkOut(folder, base, into);
    if (!hasProgram(target)) return { folder: target, notes: [], remove };
    linkPackages(program, target);
    const other = lockOf(target) !== lockOf(program);
    const note = "package-lock.json differs: the side before is rendered by its own program with this side's packages";
    return { folder: target, notes: other ? [note] : [], remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Renders a stack as it was and as it is.
 * @throws Error saying which side cannot be rendered, and why
 */
export async function renderBoth(stack: string, project: Project, base: BaseFiles): Promise<BothSides> {
  const out = await mkdtemp(join(tmpdir(), "jam-istio-diff-"));
  const side = (which: string, folder: string, program: string) =>
    renderSide(stack, { project: folder, program, out: join(out, which) }, project.charts).catch((error: unknown) => {
      throw new Error(`the side ${which} the change cannot be rendered: ${messageOf(error)}`, { cause: error });
    });
  try {
    const own = hasProgram(base.folder) ? base.folder : project.program;
    const [before, after] = await Promise.all([
      side("before", base.folder, own),
      side("after", project.folder, project.program),
    ]);
    return { before, after };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
