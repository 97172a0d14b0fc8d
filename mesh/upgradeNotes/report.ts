import { judgeKubernetes } from "../istio/kubernetesSupport";
import { minorOf } from "../istio/releases";
import { acknowledgement, judgeStep, type Evidence } from "./judge";
import type { Step, Verdict } from "./note";
import { endOfLife } from "./path";

/** A note that is true of the cluster, for a report. */
export interface ReportedFinding {
  readonly id: string;
  readonly verdict: Verdict;
  readonly title: string;
  readonly hits: readonly { readonly object: string; readonly says: string; readonly verdict: Verdict }[];
  readonly remedy: string;
  readonly source: string;
  /** What `istio.allow` takes for it; of a refusal alone. */
  readonly acknowledge?: string;
}

/** One step of the report. */
export interface ReportedHop {
  readonly from: string;
  readonly to: string;
  /** What Kubernetes has against it. */
  readonly kubernetes: { readonly refused: readonly string[]; readonly warnings: readonly string[] };
  /** When support of the new minor ends, with how it is known; absent where nobody can know. */
  readonly endOfLife?: { readonly date: string; readonly isAnnounced: boolean };
  readonly findings: readonly ReportedFinding[];
  /** Notes that were not judged in full. */
  readonly unjudged: readonly { readonly id: string; readonly title: string; readonly unread: readonly string[] }[];
  /** Changes of which nothing is seen in a cluster. */
  readonly elsewhere: readonly {
    readonly id: string;
    readonly title: string;
    readonly elsewhere: string;
    readonly remedy: string;
    readonly source: string;
  }[];
}

/** What `precheck` reports. */
export interface Report {
  /** Name of the kubeconfig's context. */
  readonly cluster: string;
  readonly from: string;
  readonly to: string;
  /** `major.minor` of the API server. */
  readonly kubernetes: string;
  readonly hops: readonly ReportedHop[];
  readonly summary: Readonly<Record<"refused" | "warned" | "informed" | "unjudged", number>>;
}

function reportedHop(evidence: Evidence, step: Step, kubernetes: string): ReportedHop {
  const { findings, unjudged, elsewhere } = judgeStep(evidence, step);
  const ends = endOfLife(minorOf(step.to));
  return {
    from: step.from,
    to: step.to,
    // A release on the way is not where one stays.
    kubernetes: judgeKubernetes(step.to, kubernetes, ["end-of-life"]),
    ...(ends === undefined ? {} : { endOfLife: ends }),
    findings: findings.map(({ note: { id, title, remedy, source }, verdict, hits }) => ({
      ...{ id, verdict, title, hits, remedy, source },
      ...(verdict === "refuse" ? { acknowledge: acknowledgement(id) } : {}),
    })),
    unjudged: unjudged.map(({ note: { id, title }, unread }) => ({ id, title, unread })),
    elsewhere: elsewhere.map(({ id, title, elsewhere: where, remedy, source }) => ({
      ...{ id, title, elsewhere: where, remedy, source },
    })),
  };
}

/** Judges steps by what is in a cluster. */
export function makeReport(
  evidence: Evidence,
  steps: readonly Step[],
  place: { readonly cluster: string; readonly kubernetes: string },
): Report {
  const hops = steps.map((step) => reportedHop(evidence, step, place.kubernetes));
  const count = (verdict: Verdict) =>
    hops.flatMap(({ findings }) => findings).filter((one) => one.verdict === verdict).length;
  const kubernetes = (which: "refused" | "warnings") => hops.flatMap((hop) => hop.kubernetes[which]).length;
  return {
    ...place,
    from: steps[0]?.from ?? "",
    to: steps.at(-1)?.to ?? "",
    hops,
    summary: {
      refused: count("refuse") + kubernetes("refused"),
      warned: count("warn") + kubernetes("warnings"),
      informed: count("inform"),
      unjudged: new Set(hops.flatMap(({ unjudged }) => unjudged.map(({ id }) => id))).size,
    },
  };
}

/** `1 refusal`, `2 refusals`. */
const amount = (count: number, one: string, many: string) => `${String(count)} ${count === 1 ? one : many}`;

/** The summary as one line. */
export const summaryText = ({ summary: { refused, warned, informed, unjudged } }: Report) =>
  `${amount(refused, "refusal", "refusals")}, ${amount(warned, "warning", "warnings")}, ` +
  amount(informed, "remark", "remarks") +
  (unjudged === 0 ? "" : `, ${amount(unjudged, "note", "notes")} not judged`);

/** When support ends, for a person. */
export const endText = ({ endOfLife: ends }: Pick<ReportedHop, "endOfLife">) =>
  ends === undefined ? "" : `, support ends ${ends.date}${ends.isAnnounced ? "" : " (computed)"}`;

/** What a step needs before it, in short; none where there is nothing to do. */
export function needsOf({ kubernetes, findings, unjudged }: ReportedHop): readonly string[] {
  const ids = (verdict: Verdict) => findings.filter((one) => one.verdict === verdict).map(({ id }) => id);
  return [
    ...kubernetes.refused,
    ...(ids("refuse").length === 0 ? [] : [`first mend or acknowledge ${ids("refuse").join(", ")}`]),
    ...(ids("warn").length === 0 ? [] : [`look at ${ids("warn").join(", ")}`]),
    ...(unjudged.length === 0 ? [] : [`not judged: ${unjudged.map(({ id }) => id).join(", ")}`]),
  ];
}

/** The report in Markdown, for a pull request or a ticket. */
export function markdown(report: Report): string {
  const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const hop = (one: ReportedHop) => {
    const rows = one.findings.map(
      ({ id, verdict, title, hits, remedy, source }) =>
        `| ${id} | ${verdict} | [${cell(title)}](${source}) | ${hits.map(({ object, says }) => cell(`${object} ${says}`)).join("<br>")} | ${cell(remedy)} |`,
    );
    return [
      `## ${one.from} → ${one.to}${endText(one)}`,
      "",
      ...[...one.kubernetes.refused, ...one.kubernetes.warnings].map((line) => `- ${line}`),
      ...one.unjudged.map(
        ({ id, title, unread }) => `- not judged in full: ${id}, ${title}: what cannot be read: ${unread.join(", ")}`,
      ),
      ...(rows.length === 0
        ? ["Nothing of this step was found in the cluster."]
        : ["| note | verdict | what changes | found | to do |", "| --- | --- | --- | --- | --- |", ...rows]),
      "",
      ...(one.elsewhere.length === 0
        ? []
        : [
            "Not seen in a cluster:",
            "",
            ...one.elsewhere.map(
              ({ id, title, elsewhere, source }) => `- ${id}: [${title}](${source}). Look at: ${elsewhere}`,
            ),
            "",
          ]),
    ].join("\n");
  };
  return [
    `# Istio ${report.from} → ${report.to}: ${report.cluster}, Kubernetes ${report.kubernetes}`,
    "",
    summaryText(report),
    "",
    ...report.hops.map(hop),
  ].join("\n");
}
