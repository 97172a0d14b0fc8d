import { blocksOf, escaped, headMarkdown } from "../formats/markdown";
import { titleText } from "../formats/overview";
import type { StackDiff } from "../stackDiff";

/** What `preview` said of a stack, where it ran. */
export interface Previewed {
  readonly text: string;
  readonly code: number;
}

/** What is said of one stack. */
export interface StackReport {
  readonly stack: string;
  /** Absent where a side cannot be rendered. */
  readonly diff?: StackDiff;
  /** Why a side cannot be rendered. */
  readonly failure?: string;
  /** What the rules for upgrades say to the step of the version, of the settings alone. */
  readonly upgrade: readonly string[];
  /** Faults that the settings inject, a line each. */
  readonly drills: readonly string[];
  /** What the rules of the policy pack say, a line each; absent where the settings are wrong or gone. */
  readonly policy?: readonly string[];
  /** The gate's verdict; absent where no cluster was asked. */
  readonly previewed?: Previewed;
}

/** What is said of a change. */
export interface ChangeReport {
  /** Commit of the pull request's head. */
  readonly head: string;
  readonly base: string;
  readonly stacks: readonly StackReport[];
  /** Where the whole of it is, for what is cut. */
  readonly artifact?: string | undefined;
}

const mark = "<!-- jam-istio:preview head=";

/** Whether a comment is the one of this program. */
export const isOurs = (body: string): boolean => body.startsWith(mark);

/** The commit that a comment is about. */
export const headIn = (body: string): string | undefined =>
  /^<!-- jam-istio:preview head=([0-9a-f]+) -->/.exec(body)?.[1];

const outdatedMark = "> [!WARNING]\n> **Outdated**: ";

/** The comment with a line that it is of an older commit; one that has it already stays. */
export function outdated(body: string, head: string): string {
  const [first = "", ...rest] = body.split("\n");
  const text = rest.join("\n");
  if (text.startsWith(outdatedMark)) return body;
  const [was, is] = [headIn(body) ?? "", head].map((commit) => commit.slice(0, 7));
  return `${first}\n${outdatedMark}this is of commit ${was ?? ""}, the branch is at ${is ?? ""}.\n\n${text}`;
}

function verdictText({ failure, previewed }: StackReport): string {
  if (failure !== undefined) return "❌ cannot be rendered";
  if (previewed === undefined) return "no cluster was asked";
  return previewed.code === 0 ? "✅ the gate lets it through" : "❌ the gate refuses it";
}

function restartsText({ diff }: StackReport): string {
  const restarts = diff?.objects.filter(({ group }) => group === "restarts").length ?? 0;
  const rollout = diff?.version === undefined ? "" : " + sidecars";
  return restarts === 0 && rollout === "" ? "nothing" : `${String(restarts)} workloads${rollout}`;
}

function rowOf(report: StackReport): string {
  const { stack, diff, drills } = report;
  const version = diff?.version === undefined ? "" : `${diff.version.before} → ${diff.version.after}`;
  const objects = diff === undefined ? "" : String(diff.objects.length);
  return `| ${escaped(stack)} | ${verdictText(report)} | ${version} | ${restartsText(report)} | ${objects} | ${String(drills.length)} |`;
}

const table = ["| stack | verdict | Istio | restarts | objects | faults |", "| --- | --- | --- | --- | --- | --- |"];

/** Lines of what `preview` printed that are shown. */
const previewLines = 60;

function previewBlock({ previewed }: StackReport): readonly string[] {
  if (previewed === undefined) return [];
  const lines = previewed.text.trimEnd().split("\n").slice(-previewLines).map(escaped);
  return [`<details><summary>what preview says</summary>\n\n<pre>${lines.join("\n")}</pre>\n\n</details>`];
}

/** What stands before a stack's objects; it is never cut. */
function headOf(report: StackReport): string {
  const { stack, diff, failure, upgrade, drills, policy = [] } = report;
  return [
    `### ${escaped(diff === undefined ? `stack ${stack}` : titleText(diff))}`,
    ...(failure === undefined ? [] : [`❌ ${escaped(failure)}`]),
    ...(diff === undefined ? [] : [headMarkdown(diff)]),
    ...upgrade.map((line) => `- ${escaped(line)}`),
    ...drills.map((line) => `- fault: ${escaped(line)}`),
    ...policy.map((line) => `- ${escaped(line)}`),
  ].join("\n");
}

const settingsAlone =
  "Stacks without a verdict were judged by their files alone, without a cluster and without secrets, as pull requests of forks are.";

/** The blocks that fit into what room there is, in their order, and how many do not. */
export function fitting(
  blocks: readonly string[],
  room: number,
): { readonly kept: readonly string[]; readonly left: number } {
  const kept: string[] = [];
  let used = 0;
  for (const block of blocks) {
    used += block.length + 2;
    if (used > room) break;
    kept.push(block);
  }
  return { kept, left: blocks.length - kept.length };
}

/** GitHub's bound of a comment, in characters. */
export const longest = 65_536;

/** Room for the line that says what is cut, of each stack. */
const cutRoom = 300;

/**
 * The comment: first all stacks in a table, then each with its objects. What does not fit is left out object by object, the end
 * of each stack first; each stack has the same room.
 * @param limit most characters; without one nothing is cut
 */
export function commentBody({ head, base, stacks, artifact }: ChangeReport, limit = Infinity): string {
  const begin = [
    `${mark}${head} -->`,
    `## What this change does to ${String(stacks.length)} stack${stacks.length === 1 ? "" : "s"}`,
    `Commit ${head.slice(0, 7)} against ${escaped(base)}.`,
    ...(stacks.length === 0
      ? ["No stack file and nothing of the program was changed."]
      : [[...table, ...stacks.map(rowOf)].join("\n")]),
    ...(stacks.some(({ previewed }) => previewed === undefined) ? [settingsAlone] : []),
  ];
  const heads = stacks.map(headOf);
  const fixed = [...begin, ...heads].reduce((sum, text) => sum + text.length + 2, 0);
  let room = limit - fixed - cutRoom * stacks.length;
  const parts = stacks.map((report, at) => {
    const blocks = [...previewBlock(report), ...(report.diff === undefined ? [] : blocksOf(report.diff))];
    const { kept, left } = fitting(blocks, room / (stacks.length - at));
    room -= kept.reduce((sum, block) => sum + block.length + 2, 0);
    const where =
      artifact === undefined ? "the files that this command wrote have the whole" : `[the whole](${artifact})`;
    const cut = left === 0 ? [] : [`… ${String(left)} more objects do not fit here: ${where}.`];
    return [heads[at] ?? "", ...kept, ...cut].join("\n\n");
  });
  const whole = [...begin, ...parts].join("\n\n");
  if (whole.length <= limit) return whole;
  // Hundreds of stacks: their table, as far as it goes.
  return `${whole.slice(0, whole.lastIndexOf("\n", limit - cutRoom))}\n\n… cut: there are more stacks than fit here.`;
}
