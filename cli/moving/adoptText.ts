import { isMetadata, titleOf, type Change } from "../../mesh/adopt/objects";
import type { AdoptionPlan, PlannedObject } from "../../mesh/adopt/types";
import { outColors } from "../terminal/colors";

const width = 78;

/** Names in lines of a width. */
function wrapped(names: readonly string[], indent: string): readonly string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && `${last}, ${name}`.length <= width) lines[lines.length - 1] = `${last}, ${name}`;
    else lines.push(last === undefined ? `${indent}${name}` : `${indent}${name}`);
  }
  return lines.map((line, at) => (at < lines.length - 1 ? `${line},` : line));
}

function changeLines({ path, from, to }: Change): readonly string[] {
  return [
    `      ${path}`,
    ...(from === undefined ? [] : [`        ${outColors.red(`- ${from}`)}`]),
    ...(to === undefined ? [] : [`        ${outColors.green(`+ ${to}`)}`]),
  ];
}

/** Taken over as they are: kind by kind, each by its name. */
function byKind(objects: readonly PlannedObject[], word: string): readonly string[] {
  const kinds = [...new Set(objects.map(({ object }) => object.kind))];
  return kinds.flatMap((kind) => {
    const names = objects.filter(({ object }) => object.kind === kind).map(({ object }) => object.metadata.name);
    return [`    ${word} ${kind}:`, ...wrapped(names, "      ")];
  });
}

function ownerLines(owner: string, objects: readonly PlannedObject[]): readonly string[] {
  const of = (fate: PlannedObject["fate"]) => objects.filter((one) => one.fate === fate);
  return [
    ...byKind(of("taken over"), "taken over"),
    ...of("changed").flatMap(({ object, changes }) => [
      `    ${outColors.yellow("changed")} ${titleOf(object)}`,
      ...changes.filter((one) => object.kind === "Namespace" || !isMetadata(one)).flatMap(changeLines),
    ]),
    ...byKind(of("made"), "made"),
  ];
}

/** How each release comes in. */
function releaseHead(owner: string, { releases }: AdoptionPlan): string {
  const release = releases.find(({ name }) => owner === `release ${name}`);
  if (release === undefined) return `  ${owner} itself:`;
  const { from, chart } = release;
  const how =
    from === undefined
      ? "Helm makes its first revision over what is there"
      : `goes on from revision ${String(from.revision)} (chart ${from.chart} ${from.chartVersion})`;
  return `  ${owner}, chart ${chart}: ${how}`;
}

const leftLine = ({ object, why = "" }: PlannedObject) => [`    left ${titleOf(object)}:`, `      ${why}`];

/** The plan for a person. */
export function planText(stack: string, plan: AdoptionPlan): string {
  const owners = [...new Set(plan.objects.flatMap(({ owner }) => owner ?? []))];
  const left = plan.objects.filter(({ fate }) => fate === "left");
  const deleted =
    plan.again.length === 0
      ? ["Deleted: nothing."]
      : ["Deleted: nothing but what is done and Helm does once more:", ...plan.again.map((one) => `  ${titleOf(one)}`)];
  const restarts =
    plan.restarts.length === 0
      ? [outColors.bold("Restarts: nothing.")]
      : [outColors.bold("Restarts, one pod after the other:"), ...plan.restarts.map((one) => `  ${one}`)];
  return [
    outColors.bold("What runs:"),
    ...plan.found.map((line) => `  ${line}`),
    outColors.bold(`What becomes of it in stack ${stack}:`),
    ...owners.flatMap((owner) => [
      releaseHead(owner, plan),
      ...ownerLines(
        owner,
        plan.objects.filter((one) => one.owner === owner),
      ),
    ]),
    ...(left.length === 0 ? [] : ["  nobody's of the stack:", ...left.flatMap(leftLine)]),
    ...plan.emptied.map(({ name }) => `  release ${name} has nothing any more: its records are removed at the end`),
    ...restarts,
    ...deleted,
  ].join("\n");
}

/** Why it is refused. */
export const problemsText = (stack: string, problems: readonly string[]) =>
  [
    `stack ${stack} cannot take the mesh over as the settings are; nothing was changed:`,
    ...problems.map((problem) => `  - ${problem}`),
  ].join("\n");
