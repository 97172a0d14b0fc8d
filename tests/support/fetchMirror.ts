import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { loadChart, repositoryUnder, type Loading } from "../../charts/load";
import { archiveName, type ChartName } from "../../mesh/install/chartSources";
import { layoutOf, officialKialiRepositories, officialRepositories } from "../../mesh/istio/releases";
import { mustRun } from "../../tools/run";
import { messageOf } from "../../tools/errors";

/** A chart of the mirror. */
export interface MirrorChart extends ChartName {
  readonly layout: "classic" | "modern";
}

const istio = (charts: readonly string[], versions: readonly string[]): readonly MirrorChart[] =>
  versions.flatMap((version) => charts.map((chart) => ({ chart, version, layout: layoutOf(version) ?? "modern" })));

/** The charts that the tests use. */
export const testCharts: readonly MirrorChart[] = [
  ...istio(["istio-init", "istio"], ["1.3.8", "1.4.3", "1.4.6", "1.4.10", "1.5.10"]),
  ...istio(
    ["base", "istiod", "cni", "ztunnel", "gateway"],
    ["1.23.6", "1.24.6", "1.27.9", "1.28.9", "1.28.10", "1.29.5", "1.29.6", "1.30.2", "1.30.3"],
  ),
  ...["2.17.0", "2.21.0", "2.26.0"].map((version) => ({ chart: "kiali-server", version, layout: "modern" as const })),
];

/** Where a chart is published. */
export const officialOf = ({ chart, version, layout }: MirrorChart): readonly string[] =>
  chart === "kiali-server" ? officialKialiRepositories : officialRepositories(layout, version);

/**
 * Fetches charts into a folder that is laid out like the official hosts, with an index in each repository.
 * @param repositoriesOf where each chart is looked for
 * @returns what could not be had, a line each
 */
export async function fetchMirror(
  folder: string,
  charts: readonly MirrorChart[],
  repositoriesOf: (chart: MirrorChart) => readonly string[],
  loading: Loading,
): Promise<readonly string[]> {
  const missing: string[] = [];
  const places = new Set<string>();
  const fetchOne = async (chart: MirrorChart) => {
    const place = repositoryUnder(folder, chart, chart.layout);
    try {
      const archive = await loadChart({ ...chart, repositories: repositoriesOf(chart) }, loading);
      await mkdir(place, { recursive: true });
      await copyFile(archive, join(place, archiveName(chart)));
      places.add(place);
    } catch (error) {
      missing.push(messageOf(error));
    }
  };
  // A few at a time: the hosts are somebody else's.
  const queue = [...charts];
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await fetchOne(next);
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  if (places.size > 0) {
    const helm = await loading.helm();
    for (const place of places) await mustRun(helm, ["repo", "index", place], { seconds: 60 });
  }
  return missing.sort();
}
