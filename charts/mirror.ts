import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { archiveName, type ChartName } from "../mesh/install/chartSources";
import { officialKialiRepositories, officialRepositories } from "../mesh/istio/releases";
import type { Layout } from "../settings/types";
import { eachOf } from "../tools/eachOf";
import { messageOf } from "../tools/errors";
import { mustRun } from "../tools/run";
import { loadChart, repositoryUnder, type Loading } from "./load";
import { push } from "./pull";

/** A chart of a mirror. */
export interface MirrorChart extends ChartName {
  readonly layout: Layout;
}

/** A chart that is on this machine. */
export interface LoadedChart extends MirrorChart {
  readonly archive: string;
}

/** Where a chart is published. */
export const officialOf = ({ chart, version, layout }: MirrorChart): readonly string[] =>
  chart === "kiali-server" ? officialKialiRepositories : officialRepositories(layout, version);

/** How many charts are fetched at a time: the hosts are somebody else's. */
const atOnce = 4;

/**
 * Brings charts onto this machine.
 * @param repositoriesOf where each chart is looked for
 * @returns those that are here, and what could not be had, a line each
 */
export async function loadAll(
  charts: readonly MirrorChart[],
  repositoriesOf: (chart: MirrorChart) => readonly string[],
  loading: Loading,
): Promise<{ readonly loaded: readonly LoadedChart[]; readonly missing: readonly string[] }> {
  const found = await eachOf(charts, atOnce, async (chart): Promise<LoadedChart | string> => {
    try {
      return { ...chart, archive: await loadChart({ ...chart, repositories: repositoriesOf(chart) }, loading) };
    } catch (error) {
      return messageOf(error);
    }
  });
  return {
    loaded: found.filter((one) => typeof one !== "string"),
    missing: found.filter((one) => typeof one === "string").sort(),
  };
}

/** Copies charts into a folder that is laid out like the official hosts, and writes the index of each repository in it. */
export async function writeMirror(folder: string, charts: readonly LoadedChart[], { helm }: Loading): Promise<void> {
  const files = charts.map((chart) => ({
    from: chart.archive,
    to: join(repositoryUnder(folder, chart, chart.layout), archiveName(chart)),
  }));
  for (const { from, to } of files) {
    await mkdir(dirname(to), { recursive: true });
    if (from !== to) await copyFile(from, to);
  }
  for (const place of new Set(files.map(({ to }) => dirname(to))))
    await mustRun(await helm(), ["repo", "index", place], { seconds: 60 });
}

/**
 * Puts charts into a registry, below paths like those of the official hosts.
 * @throws Error with one line where the registry does not take one
 */
export async function pushMirror(root: string, charts: readonly LoadedChart[], loading: Loading): Promise<void> {
  for (const chart of charts) {
    const repository = repositoryUnder(root, chart, chart.layout);
    loading.progress(`pushing chart ${chart.chart} ${chart.version} to ${repository}`);
    await push(chart.archive, repository, loading);
  }
}
