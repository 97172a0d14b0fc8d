import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  commentBody,
  headIn,
  isOurs,
  longest,
  outdated,
  type ChangeReport,
  type StackReport,
} from "../../delivery/comment/body";
import { drillLines, upgradeChecks } from "../../delivery/comment/checks";
import type { GitHub } from "../../delivery/comment/github";
import { policyLines, policyResults } from "../../delivery/comment/policy";
import { touchedStacks } from "../../delivery/comment/inputs";
import { usualNoise } from "../../delivery/compare/noise";
import { diffHtml } from "../../delivery/formats/html";
import { openBase, renderBoth, type BaseFiles, type Project } from "../../delivery/sides/bothSides";
import { changedFiles, findBase } from "../../delivery/sides/git";
import { baseText, stackDiff } from "../../delivery/stackDiff";
import { isBug, messageOf } from "../../tools/errors";
import { mustRun } from "../../tools/run";
import { readStack, stackNames } from "../stack/stackFile";
import { asUserError, UserError } from "../terminal/userError";
import { thisProject } from "./diffCommand";
import { addToSummary, gitHub } from "./gitHub";
import { say } from "../terminal/say";

interface Options {
  readonly base?: string;
  readonly pull?: string;
  readonly head?: string;
  readonly previews?: string;
  readonly out?: string;
  readonly artifact?: string;
  readonly charts?: string;
  readonly outdated?: boolean;
}

/** The pull request's number; GitHub says it in the reference that its workflow runs on. */
function pullOf({ pull }: Options): number | undefined {
  const text = pull ?? /^refs\/pull\/(\d+)\//.exec(process.env["GITHUB_REF"] ?? "")?.[1];
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UserError(`--pull "${text}": allowed is a pull request's number`);
  return Number(text);
}

async function headCommit({ head }: Options, folder: string): Promise<string> {
  if (head !== undefined && !/^[0-9a-f]{7,64}$/.test(head))
    throw new UserError(`--head "${head}": allowed is a commit`);
  return head ?? (await mustRun("git", ["rev-parse", "HEAD"], { seconds: 30, cwd: folder })).trim();
}

/** What `preview` printed of a stack, and its exit code: `<stack>.txt` and `<stack>.code`. */
function readPreview(folder: string | undefined, stack: string): Pick<StackReport, "previewed"> {
  if (folder === undefined || !existsSync(join(folder, `${stack}.code`))) return {};
  const [text = "", code = ""] = [`${stack}.txt`, `${stack}.code`].map((file) =>
    readFileSync(join(folder, file), "utf8"),
  );
  return { previewed: { text, code: Number(code) } };
}

async function reportOf(
  stack: string,
  {
    project,
    files,
    base,
    previews,
  }: {
    readonly project: Project;
    readonly files: BaseFiles;
    readonly base: string;
    readonly previews: string | undefined;
  },
): Promise<StackReport> {
  say(`comparing ${stack}`);
  const previewed = readPreview(previews, stack);
  try {
    const sides = await renderBoth(stack, project, files);
    const diff = stackDiff(stack, base, sides, { noise: usualNoise, notes: files.notes });
    const settings = stackNames(project.folder).includes(stack) ? readStack(stack, project.folder) : undefined;
    const upgrade =
      settings === undefined ? ["the stack file is removed: run down for it first"] : upgradeChecks(diff, settings);
    if (settings === undefined) return { stack, diff, upgrade, drills: [], ...previewed };
    const policy = policyLines(await policyResults(settings, diff.version));
    return { stack, diff, upgrade, drills: drillLines(settings), policy, ...previewed };
  } catch (error) {
    // One stack that is wrong does not hide the others.
    if (isBug(error)) throw error;
    return { stack, failure: messageOf(error), upgrade: [], drills: [], ...previewed };
  }
}

async function changeReport(options: Options): Promise<ChangeReport> {
  const project = thisProject(options.charts);
  const [base, head] = await Promise.all([findBase(project.folder, options.base), headCommit(options, project.folder)]);
  const files = await openBase(project, base);
  try {
    const all = [...new Set([...stackNames(project.folder), ...stackNames(files.folder)])];
    const touched = touchedStacks(await changedFiles(project.folder, base), all);
    const stacks: StackReport[] = [];
    // One after another: each is rendered by two processes already.
    for (const stack of touched)
      stacks.push(await reportOf(stack, { project, files, base: baseText(base), previews: options.previews }));
    return { head, base: baseText(base), stacks, artifact: options.artifact };
  } finally {
    await files.remove();
  }
}

/** Writes the whole of it, for an artifact: what the comment has no room for. */
function writeWhole(folder: string, report: ChangeReport): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "preview.md"), commentBody(report));
    for (const { stack, diff } of report.stacks)
      if (diff !== undefined) writeFileSync(join(folder, `${stack}.html`), diffHtml(diff));
  } catch (error) {
    throw new UserError(`--out: ${folder} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}

/** Creates the comment, or edits the one that is there; one of a newer commit is left alone. */
async function post(hub: GitHub, pull: number, report: ChangeReport): Promise<string> {
  const [found, now] = await Promise.all([hub.findComment(pull, isOurs), hub.headOf(pull)]);
  const body = commentBody(report, longest);
  const isLate = now !== report.head;
  if (found === undefined) {
    await hub.create(pull, isLate ? outdated(body, now) : body);
    return "the comment was created";
  }
  if (isLate && headIn(found.body) === now) return "the comment is of a newer commit: it stays";
  await hub.edit(found.id, isLate ? outdated(body, now) : body);
  return "the comment was edited";
}

/** Marks the comment as outdated where the branch has moved on. */
async function markOutdated(hub: GitHub, pull: number): Promise<string> {
  const [found, now] = await Promise.all([hub.findComment(pull, isOurs), hub.headOf(pull)]);
  if (found === undefined) return "there is no comment yet";
  if (headIn(found.body) === now) return "the comment is of the branch's newest commit";
  await hub.edit(found.id, outdated(found.body, now));
  return "the comment was marked as outdated";
}

/** Where a comment may go: without a token, as in a fork's pull request, it goes nowhere. */
function target(options: Options): { readonly hub: GitHub; readonly pull: number } | undefined {
  const [hub, pull] = [gitHub(), pullOf(options)];
  return hub === undefined || pull === undefined ? undefined : { hub, pull };
}

/** Says in one comment of a pull request what the change does to every stack. */
export async function comment(options: Options): Promise<void> {
  try {
    const place = target(options);
    if (options.outdated === true) {
      if (place === undefined) throw new UserError("--outdated needs GITHUB_TOKEN, GITHUB_REPOSITORY and --pull");
      say(await markOutdated(place.hub, place.pull));
      return;
    }
    const report = await changeReport(options);
    if (options.out !== undefined) writeWhole(options.out, report);
    addToSummary(commentBody(report, longest));
    if (place === undefined) {
      process.stdout.write(`${commentBody(report, longest)}\n`);
      say("no comment was written: it needs GITHUB_TOKEN, GITHUB_REPOSITORY and a pull request (--pull)");
      return;
    }
    say(await post(place.hub, place.pull, report));
  } catch (error) {
    throw asUserError(error);
  }
}
