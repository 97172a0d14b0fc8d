import { loadAll, writeMirror, type MirrorChart } from "../../charts/mirror";
import type { Loading } from "../../charts/load";
import { layoutOf } from "../../mesh/istio/releases";

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

/**
 * Fetches charts into a folder that is laid out like the official hosts, also where not all can be had.
 * @returns what could not be had, a line each
 */
export async function fetchMirror(
  folder: string,
  charts: readonly MirrorChart[],
  repositoriesOf: (chart: MirrorChart) => readonly string[],
  loading: Loading,
): Promise<readonly string[]> {
  const { loaded, missing } = await loadAll(charts, repositoriesOf, loading);
  await writeMirror(folder, loaded, loading);
  return missing;
}
