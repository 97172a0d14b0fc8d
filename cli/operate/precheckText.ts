import type { Verdict } from "../../mesh/upgradeNotes/note";
import {
  endText,
  needsOf,
  summaryText,
  type Report,
  type ReportedFinding,
  type ReportedHop,
} from "../../mesh/upgradeNotes/report";
import { outWidth, wrap } from "../../tools/table";
import { outColors } from "../terminal/colors";

const marks: Readonly<Record<Verdict, string>> = {
  refuse: outColors.red("refused"),
  warn: outColors.yellow("warning"),
  inform: outColors.cyan("remark"),
};

/** Lines below a heading, broken where the terminal ends. */
function indented(lines: readonly string[], spaces: number): readonly string[] {
  const width = outWidth();
  const room = width === undefined ? Number.POSITIVE_INFINITY : width - spaces;
  return lines.flatMap((line) => wrap(line, room).split("\n")).map((line) => " ".repeat(spaces) + line);
}

function findingLines({ id, verdict, title, hits, remedy, source, acknowledge }: ReportedFinding): readonly string[] {
  return [
    ...indented([`${marks[verdict]} ${id}: ${title}`], 2),
    ...indented(
      hits.map(({ object, says, verdict: own }) => `${object} ${says}${own === verdict ? "" : ` (${own})`}`),
      6,
    ),
    ...indented(
      [
        `to do: ${remedy}`,
        ...(acknowledge === undefined ? [] : [`or acknowledge: istio.allow: ["${acknowledge}"]`]),
        `see ${source}`,
      ],
      4,
    ),
  ];
}

function hopLines(hop: ReportedHop): readonly string[] {
  const { kubernetes, findings, unjudged, elsewhere } = hop;
  return [
    "",
    outColors.bold(`${hop.from} → ${hop.to}${endText(hop)}`),
    ...indented(
      [
        ...kubernetes.refused.map((line) => `${marks.refuse} ${line}`),
        ...kubernetes.warnings.map((line) => `${marks.warn} ${line}`),
      ],
      2,
    ),
    ...findings.flatMap(findingLines),
    ...indented(
      unjudged.map(
        ({ id, unread }) => `${marks.warn} ${id} is not judged in full: what cannot be read: ${unread.join(", ")}`,
      ),
      2,
    ),
    ...(findings.length + unjudged.length === 0 ? ["  nothing of it was found in the cluster"] : []),
    ...(elsewhere.length === 0 ? [] : ["  not seen in a cluster; look yourself:"]),
    ...indented(
      elsewhere.map(({ id, title, elsewhere: where }) => `${id}: ${title}. Look at: ${where}`),
      4,
    ),
  ];
}

const heading = ({ cluster, kubernetes, from, to }: Report) =>
  `${cluster}, Kubernetes ${kubernetes}: Istio ${from} to ${to}`;

/** The report for a terminal or a pipe: every step with every object. */
export const reportText = (report: Report): string =>
  [heading(report), ...report.hops.flatMap(hopLines), "", summaryText(report)].join("\n");

/** The way in short: each step with what it needs. */
export function pathText(report: Report): string {
  const lines = report.hops.flatMap((hop) => {
    const needs = needsOf(hop);
    return [
      outColors.bold(`${hop.from} → ${hop.to}${endText(hop)}`),
      ...indented(needs.length === 0 ? ["nothing to do before it"] : needs, 2),
    ];
  });
  return [heading(report), ...lines, summaryText(report)].join("\n");
}
