import * as semver from "semver";
import { withoutCredentials } from "../credentials";

/** A chart by name and version. */
export interface ChartName {
  readonly chart: string;
  readonly version: string;
}

/** Where a chart may come from. */
export interface ChartSource extends ChartName {
  /** http(s) or oci URLs, or a directory; the first is asked first. */
  readonly repositories: readonly string[];
}

/** Why a repository did not give a chart, as the end of a sentence that begins with the repository. */
export interface Attempt {
  readonly repository: string;
  readonly text: string;
  /** `lacks`: it was read, and does not have the chart. `absent`: no repository is there. Else it cannot be read now. */
  readonly found: "lacks" | "absent" | "unread";
}

/** Whether it is known that a chart is not there, in none of them: to try again later is in vain. */
export const isKnownMissing = (attempts: readonly Pick<Attempt, "found">[]): boolean =>
  attempts.every(({ found }) => found !== "unread");

/** What Helm said of a repository: it answers and does not have the chart, or it gives none. */
export type Answer = { readonly found: "lacks" } | { readonly found: "absent" | "unread"; readonly reason: string };

/** File name of a chart's archive, as Helm calls it. */
export const archiveName = ({ chart, version }: ChartName) => `${chart}-${version}.tgz`;

/**
 * Where a stack's Helm release finds its chart: a path from the program's folder, the same on every machine, because it is
 * part of the stack's state. Each stack has its own: two may take a version from different repositories.
 */
export const chartPath = (stack: string, name: ChartName) => `./.jam-istio/charts/${stack}/${archiveName(name)}`;

/** The chart's name of a release's argument `chart`: a name, or the path of an archive. */
export function chartNameOf(chart: string, version: string): string {
  const file = chart.split(/[\\/]/).at(-1) ?? chart;
  return file.endsWith(`-${version}.tgz`) ? file.slice(0, -`-${version}.tgz`.length) : file;
}

/** What Helm is told of a chart: where it is, in a repository of either kind or in a directory of archives, and its version. */
export function helmChart(name: ChartName, repository: string): readonly string[] {
  const base = repository.replace(/\/+$/, "");
  if (/^oci:/i.test(base)) return [`${base}/${name.chart}`, "--version", name.version];
  if (/^https?:/i.test(base)) return [name.chart, "--repo", repository, "--version", name.version];
  return [`${base}/${archiveName(name)}`];
}

/** Reads the line in which Helm says why it has no chart. */
export function answerOf(line: string): Answer {
  if (/\bversion "[^"]*" not found in /.test(line) || /^failed to perform "FetchReference".*: not found$/.test(line))
    return { found: "lacks" };
  // A registry's 401, where Helm is not logged in there.
  const isLoggedOut = line.endsWith(": basic credential not found");
  const status = isLoggedOut ? "401" : /: (?:response status code )?([45]\d\d)\b[: ]/.exec(`${line} `)?.[1];
  const cause = /(?:: (?:Get|Head) "[^"]*": )(.*)$/.exec(line)?.[1] ?? line;
  const found = status === "404" ? "absent" : "unread";
  return { found, reason: withoutCredentials(status === undefined ? cause : `HTTP ${status}`) };
}

/** How many versions are named that a repository has instead. */
const namedVersions = 5;

/** How many minors lie between two versions. */
const minorsBetween = (one: string, other: string) =>
  Math.abs(semver.major(one) - semver.major(other)) * 1000 + Math.abs(semver.minor(one) - semver.minor(other));

/** What a repository that answers does not have, and what it has instead: the nearest few, the newest first. */
export function lackingText({ version }: Pick<ChartName, "version">, has: readonly string[]): string {
  const all = [...new Set(has)].filter((one) => semver.valid(one) !== null).sort(semver.rcompare);
  const near = [...all]
    .sort((a, b) => minorsBetween(a, version) - minorsBetween(b, version))
    .slice(0, namedVersions)
    .sort(semver.rcompare);
  return near.length === 0
    ? "does not have this chart"
    : `does not have version ${version} (it has ${near.join(", ")})`;
}

/** The versions to ask a repository for that lacks one: the newest of the same minor, and the newest of all. */
export function nearRanges(version: string): readonly string[] {
  const { major, minor } = semver.parse(version) ?? { major: 0, minor: 0 };
  return [`~${String(major)}.${String(minor)}.0-0`, ">0.0.0"];
}

/** Attempts in one line. */
export const attemptsText = (attempts: readonly Attempt[]) =>
  attempts.map(({ repository, text }) => withoutCredentials(`${repository} ${text}`)).join("; ");

/** A chart that could not be had. */
export interface Unavailable extends ChartName {
  readonly attempts: readonly Attempt[];
}

/** Charts for which everything was in vain, the same reasons said once. */
function grouped(charts: readonly Unavailable[]): readonly string[] {
  const names = new Map<string, string[]>();
  for (const { chart, version, attempts } of charts) {
    const reasons = attempts.map((attempt) => `    ${attemptsText([attempt])}`).join("\n");
    names.set(reasons, [...(names.get(reasons) ?? []), `${chart} ${version}`]);
  }
  return [...names].map(([reasons, own]) => `  - ${[...new Set(own)].join(", ")}:\n${reasons}`);
}

/** The whole of what is wrong with a run whose charts cannot be had, for a person. */
export function unavailableText(stack: string, charts: readonly Unavailable[]): string {
  return [
    `stack ${stack}: charts that it needs cannot be had; nothing was changed:`,
    ...grouped(charts),
    "Run it again when a repository answers, or name one that has them, a mirror or a directory of archives, in " +
      "istio.chartRepository (kiali.chartRepository for kiali-server). A version that is not there: correct istio.version.",
  ].join("\n");
}
