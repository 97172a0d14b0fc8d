import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isMap } from "../../config/raw";
import { driftBody, isAllClean, isDriftIssue, issueStep, type StackDrift } from "../../delivery/issue/driftIssue";
import type { Drift } from "../../delivery/drift/drift";
import { say } from "../terminal/say";
import { projectFolder, stackNames } from "../stack/stackFile";
import { asUserError, UserError } from "../terminal/userError";
import { addToSummary, gitHub } from "./gitHub";

interface Options {
  readonly from: string;
  readonly run?: string;
}

function readText(folder: string, file: string): string {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** What `drift --json` printed; `undefined` where that is no drift. */
function parseDrift(text: string): Drift | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isDrift = isMap(value) && Array.isArray(value["drifted"]) && Array.isArray(value["unknown"]);
    return isDrift ? (value as unknown as Drift) : undefined;
  } catch {
    return undefined;
  }
}

/** One stack: `<stack>.json` has what was printed, `<stack>.code` the exit code, `<stack>.log` the progress. */
function readStackDrift(folder: string, stack: string): StackDrift {
  const code = readText(folder, `${stack}.code`).trim();
  const drift = parseDrift(readText(folder, `${stack}.json`));
  if (drift !== undefined && (code === "0" || code === "3")) return { stack, drift };
  const line = readText(folder, `${stack}.log`).trim().split("\n").at(-1) ?? "";
  return { stack, failure: line.replace(/^error: /, "") || `drift ended with exit code ${code}` };
}

/** Every stack that has a report or a file: one without a report is not well, its job may have failed. */
function readReports(folder: string): readonly StackDrift[] {
  if (!existsSync(folder)) throw new UserError(`--from: there is no folder ${folder}`);
  const reported = readdirSync(folder).flatMap((file) => /^(.+)\.code$/.exec(file)?.[1] ?? []);
  const all = [...new Set([...reported, ...stackNames(projectFolder)])].sort();
  return all.map((stack) =>
    reported.includes(stack)
      ? readStackDrift(folder, stack)
      : { stack, failure: `nothing is known of it: there is no ${stack}.code. Did its job fail?` },
  );
}

/** Keeps one issue of what drifted: creates it, edits it, closes it. Without a token it prints the text. */
export async function driftIssue({ from, run }: Options): Promise<void> {
  try {
    const report = { stacks: readReports(from), run };
    addToSummary(driftBody(report));
    const hub = gitHub();
    if (hub === undefined) {
      process.stdout.write(isAllClean(report) ? "no stack drifted\n" : `${driftBody(report)}\n`);
      say("no issue was written: it needs GITHUB_TOKEN and GITHUB_REPOSITORY");
      return;
    }
    const found = await hub.findIssue(isDriftIssue);
    const step = issueStep(report, found !== undefined);
    if (step.do === "create") await hub.createIssue(step.title, step.body);
    if (step.do === "edit" && found !== undefined) await hub.editIssue(found, step.title, step.body);
    if (step.do === "close" && found !== undefined) await hub.closeIssue(found, step.comment);
    const done = {
      nothing: "no stack drifted, and no issue is open",
      create: "created",
      edit: "edited",
      close: "closed",
    };
    say(step.do === "nothing" ? done.nothing : `the issue was ${done[step.do]}`);
  } catch (error) {
    throw asUserError(error);
  }
}
