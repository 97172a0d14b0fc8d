import { repositoryUnder, lazyHelm, type Loading } from "../charts/load";
import { loadAll, officialOf, pushMirror, writeMirror, type LoadedChart, type MirrorChart } from "../charts/mirror";
import { imagesOf } from "../mesh/istio/imageList";
import type { MeshPlan } from "../mesh/meshPlan";
import type { Settings } from "../settings/types";
import type { Progress } from "../tools/helm";
import { render } from "./render";

/** The charts of a mirror, and the images that they run. */
export interface Mirror {
  readonly charts: readonly LoadedChart[];
  readonly images: readonly string[];
}

/** How charts are had, and with whose credentials. */
export interface MirrorPlace {
  /** Root that replaces the official chart repositories. */
  readonly root: string | undefined;
  readonly credentials: Settings["chartCredentials"];
  readonly progress: Progress;
}

const loadingOf = ({ credentials, progress }: MirrorPlace): Loading => ({
  helm: lazyHelm(progress),
  progress,
  credentials,
});

function chartsOf({ releases, settings: { layout } }: MeshPlan): readonly MirrorChart[] {
  return releases.map(({ chart, version }) => ({ chart, version, layout }));
}

/**
 * Brings the charts of plans onto this machine, and renders them for the images in them.
 * @throws Error naming every chart that cannot be had
 */
export async function readMirror(plans: readonly MeshPlan[], place: MirrorPlace): Promise<Mirror> {
  const { root, progress } = place;
  // Two minors may have the same chart of Kiali.
  const charts = new Map(plans.flatMap(chartsOf).map((one) => [`${one.chart} ${one.version}`, one]));
  const repositoriesOf = (chart: MirrorChart) =>
    root === undefined ? officialOf(chart) : [repositoryUnder(root, chart, chart.layout)];
  const { loaded, missing } = await loadAll([...charts.values()], repositoriesOf, loadingOf(place));
  if (missing.length > 0) throw new Error(`not all charts can be had; nothing was written: ${missing.join("; ")}`);
  const objects: unknown[] = [];
  for (const plan of plans)
    for (const item of await render(plan, root, progress))
      objects.push(...(item.kind === "object" ? [item.object] : (item.release.objects ?? [])));
  return { charts: loaded, images: imagesOf(objects) };
}

/** Writes the charts into a folder, or, where that is an `oci://` URL, into a registry. */
export async function storeCharts(to: string, { charts }: Mirror, place: MirrorPlace): Promise<void> {
  await (/^oci:/i.test(to) ? pushMirror : writeMirror)(to, charts, loadingOf(place));
}
