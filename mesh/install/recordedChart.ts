import { archiveName, type ChartName } from "./chartSources";

/** A file of a chart; its path begins with the chart's name. */
export interface ChartFile {
  readonly path: string;
  readonly data: Buffer;
}

/** A chart as Helm keeps it in the record of a release: all but the charts inside it and the text of its values. */
export interface RecordedChart {
  readonly metadata?: { readonly name?: string; readonly version?: string; readonly dependencies?: readonly unknown[] };
  readonly templates?: readonly RecordedFile[] | null;
  readonly values?: Readonly<Record<string, unknown>> | null;
  /** base64. */
  readonly schema?: string | null;
  readonly files?: readonly RecordedFile[] | null;
}

interface RecordedFile {
  readonly name: string;
  /** base64. */
  readonly data: string | null;
}

const decode = (data: string | null) => Buffer.from(data ?? "", "base64");
/** JSON is YAML. */
const encode = (value: unknown) => Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);

/**
 * The files of a chart, out of a release's record. `undefined` where the record is of another chart, or where the chart has
 * charts inside it (classic `istio`): Helm leaves those out of its records, and without them an update would remove what they
 * made.
 * @param manifest what the release installed: each object names the file that made it
 */
export function filesOfRecord(
  chart: RecordedChart | undefined,
  manifest: string,
  wanted: ChartName,
): readonly ChartFile[] | undefined {
  const { metadata, templates, values, schema, files } = chart ?? {};
  const { chart: name, version } = wanted;
  if (metadata?.name !== name || metadata.version !== version) return undefined;
  const hasCharts = (metadata.dependencies ?? []).length > 0 || manifest.includes(`# Source: ${name}/charts/`);
  if (hasCharts || (templates ?? []).length === 0) return undefined;
  const kept = [...(templates ?? []), ...(files ?? [])].map((file) => ({ path: file.name, data: decode(file.data) }));
  return [
    { path: "Chart.yaml", data: encode(metadata) },
    { path: "values.yaml", data: encode(values ?? {}) },
    ...((schema ?? "") === "" ? [] : [{ path: "values.schema.json", data: decode(schema ?? "") }]),
    ...kept,
  ].map(({ path, data }) => ({ path: `${name}/${path}`, data }));
}

/**
 * The files of a chart that only stands for one that cannot be had, so that a release that stays as it is can be registered.
 * It refuses to be rendered, so no update can be made with it: Helm fails before it has written anything.
 */
export function filesOfStandIn(name: ChartName): readonly ChartFile[] {
  const why = `the chart archive ${archiveName(name)} could not be had, so its release cannot be changed`;
  return [
    { path: "Chart.yaml", data: encode({ apiVersion: "v1", name: name.chart, version: name.version }) },
    { path: "templates/unavailable.yaml", data: Buffer.from(`{{ fail ${JSON.stringify(why)} }}\n`) },
  ].map(({ path, data }) => ({ path: `${name.chart}/${path}`, data }));
}
