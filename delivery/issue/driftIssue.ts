import { fitting, longest } from "../comment/body";
import type { Drift, Drifted } from "../drift/drift";
import { escaped, objectMarkdown } from "../formats/markdown";

/** What `drift` found of one stack. */
export interface StackDrift {
  readonly stack: string;
  /** Absent where it could not be told. */
  readonly drift?: Pick<Drift, "drifted" | "unknown">;
  /** Why it could not be told. */
  readonly failure?: string;
}

/** What the nightly comparison found, and where its log is. */
export interface DriftReport {
  readonly stacks: readonly StackDrift[];
  readonly run?: string | undefined;
}

const mark = "<!-- jam-istio:drift -->";

/** Whether an issue is the one of this program. */
export const isDriftIssue = (body: string): boolean => body.startsWith(mark);

const isClean = ({ drift }: StackDrift) => drift !== undefined && drift.drifted.length + drift.unknown.length === 0;

/** Whether every stack was compared and is as its settings say; of no stack nothing is known. */
export const isAllClean = ({ stacks }: DriftReport): boolean => stacks.length > 0 && stacks.every(isClean);

/** The issue's title: how many stacks it is about. */
export function driftTitle({ stacks }: DriftReport): string {
  const names = stacks.filter((one) => !isClean(one)).map(({ stack }) => stack);
  const shown = names.slice(0, 3).join(", ");
  return `Drift: ${shown}${names.length > 3 ? ` and ${String(names.length - 3)} more` : ""}`;
}

function rowOf(one: StackDrift): string {
  const { stack, drift } = one;
  const count = (kind: Drifted["kind"]) => String(drift?.drifted.filter((object) => object.kind === kind).length ?? "");
  const state = drift === undefined ? "❌ not compared" : isClean(one) ? "✅ as its settings say" : "⚠️ drifted";
  const unknown = drift === undefined ? "" : String(drift.unknown.length);
  return `| ${escaped(stack)} | ${state} | ${count("changed")} | ${count("missing")} | ${count("additional")} | ${unknown} |`;
}

const table = ["| stack | | changed | missing | additional | not compared |", "| --- | --- | --- | --- | --- | --- |"];

function blockOf({ name, kind, changes }: Drifted): string {
  if (kind === "changed") return objectMarkdown({ kind, group: "rest", name, changes, hidden: 0 });
  return `- ${kind === "missing" ? "missing" : "additional, up leaves it alone"}: <code>${escaped(name)}</code>`;
}

function headOf({ stack, failure }: StackDrift): string {
  const way =
    failure === undefined
      ? `\`-\` is there, \`+\` should be. To put back what was changed or is missing: \`npm run up -- ${stack} --reapply\``
      : `❌ ${escaped(failure)}`;
  return `### ${escaped(stack)}\n\n${way}`;
}

/** The issue: all stacks in a table, then what drifted of each. What does not fit is left out object by object. */
export function driftBody(report: DriftReport, limit = longest): string {
  const { stacks, run } = report;
  const begin = [
    mark,
    "Clusters are not as the files say, or could not be compared. This issue is kept up to date, and closed once all is well.",
    [...table, ...stacks.map(rowOf)].join("\n"),
    ...(run === undefined ? [] : [`[The newest run](${run})`]),
  ];
  const unwell = stacks.filter((one) => !isClean(one));
  const fixed = [...begin, ...unwell.map(headOf)].reduce((sum, text) => sum + text.length + 2, 0);
  // The line that says how many are left out.
  let room = limit - fixed - 100 * unwell.length;
  const parts = unwell.map((one, at) => {
    const { drifted = [], unknown = [] } = one.drift ?? {};
    const blocks = [
      ...drifted.map(blockOf),
      ...unknown.map(({ name, why }) => `- not compared: <code>${escaped(name)}</code>: ${escaped(why)}`),
    ];
    const { kept, left } = fitting(blocks, room / (unwell.length - at));
    room -= kept.reduce((sum, block) => sum + block.length + 2, 0);
    const cut = left === 0 ? [] : [`… ${String(left)} more do not fit here: the run's log has all.`];
    return [headOf(one), ...kept, ...cut].join("\n\n");
  });
  const whole = [...begin, ...parts].join("\n\n");
  return whole.length <= limit ? whole : `${whole.slice(0, whole.lastIndexOf("\n", limit - 60))}\n\n… cut`;
}

/** What is to be done with the one issue. */
export type IssueStep =
  | { readonly do: "nothing" }
  | { readonly do: "create" | "edit"; readonly title: string; readonly body: string }
  | { readonly do: "close"; readonly comment: string };

/** Decides it. @param isOpen whether the issue is there, and open */
export function issueStep(report: DriftReport, isOpen: boolean): IssueStep {
  if (!isAllClean(report))
    return { do: isOpen ? "edit" : "create", title: driftTitle(report), body: driftBody(report) };
  const where = report.run === undefined ? "" : ` ([run](${report.run}))`;
  const comment = `All ${String(report.stacks.length)} stacks are as their settings say${where}.`;
  return isOpen ? { do: "close", comment } : { do: "nothing" };
}
