import type { V1Secret } from "@kubernetes/client-node";
import { gunzipSync, gzipSync } from "node:zlib";
import type { ChartName } from "../../mesh/install/chartSources";
import { filesOfRecord, type ChartFile, type RecordedChart } from "../../mesh/install/recordedChart";
import { systemNamespace as namespace } from "../../mesh/istio/names";
import type { HelmRevision } from "../../mesh/upgrade/gateTypes";
import type { Release as NotedRelease } from "../../mesh/upgradeNotes/kinds";
import { bounded, type Cluster } from "../client/kubernetesClient";

/** What of a release's own text is read. */
export interface RecordText {
  readonly info?: { readonly description?: string };
  readonly chart?: RecordedChart;
  readonly manifest?: string;
  /** The values that a person gave, with `-f` and `--set`. */
  readonly config?: Readonly<Record<string, unknown>> | null;
}

/** Helm's payload: base64 inside the Secret's own base64, gzipped JSON. @throws Error where it is none */
export const unpacked = (payload: string | undefined): string =>
  gunzipSync(Buffer.from(Buffer.from(payload ?? "", "base64").toString("utf8"), "base64")).toString("utf8");

/** The payload of a release's JSON. */
export const packed = (json: string): string =>
  Buffer.from(gzipSync(json, { level: 9 }).toString("base64")).toString("base64");

function releaseOf(payload: string | undefined): RecordText {
  try {
    // A broken record names no owner.
    return (JSON.parse(unpacked(payload)) as RecordText | null) ?? {};
  } catch {
    return {};
  }
}

/** The text of one of Helm's records; empty where it cannot be read. */
export const recordText = ({ data }: V1Secret): RecordText => releaseOf(data?.["release"]);

/** Reads one of Helm's records; `undefined` where the Secret is none. */
export function helmRecord(secret: V1Secret): HelmRevision | undefined {
  const labels = secret.metadata?.labels ?? {};
  const { name, status, version } = labels;
  if (labels["owner"] !== "helm" || name === undefined || status === undefined) return undefined;
  const begun = secret.metadata?.creationTimestamp?.getTime();
  const created = (begun ?? 0) / 1000;
  const { info, chart, manifest } = recordText(secret);
  return {
    release: name,
    status,
    revision: Number(version),
    ...(begun === undefined ? {} : { createdAt: Math.floor(created) }),
    modifiedAt: Math.floor(Math.max(Number(labels["modifiedAt"]) || 0, created)),
    description: info?.description ?? "",
    chart: chart?.metadata?.name ?? "",
    chartVersion: chart?.metadata?.version ?? "",
    manifest: manifest ?? "",
    secret: secret.metadata?.name ?? "",
  };
}

/** Of one of Helm's records, what its values are read from. */
export interface RecordSecret {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
}

/** A release with the values that a person gave, out of one of Helm's records; of a broken one, without values. */
export function recordedValues({ metadata, data }: RecordSecret): NotedRelease {
  const { chart, config } = releaseOf(data?.["release"]);
  return {
    metadata: { name: metadata.labels?.["name"] ?? "", namespace },
    chart: chart?.metadata?.name ?? "",
    chartVersion: chart?.metadata?.version ?? "",
    values: config ?? {},
  };
}

/**
 * A chart's files out of Helm's records of a release, the newest that has it; `undefined` where none holds the whole chart.
 * @throws Error with one line when the API server cannot be asked
 */
export async function recordedChart(
  { core }: Cluster,
  release: string,
  name: ChartName,
): Promise<readonly ChartFile[] | undefined> {
  const listing = core.listNamespacedSecret({ namespace, labelSelector: `owner=helm,name=${release}` });
  const { items } = await bounded("the Kubernetes API", 30, listing);
  const newest = [...items].sort((a, b) => revisionOf(b) - revisionOf(a));
  for (const secret of newest) {
    const { chart, manifest = "" } = recordText(secret);
    const files = filesOfRecord(chart, manifest, name);
    if (files !== undefined) return files;
  }
  return undefined;
}

const revisionOf = ({ metadata }: V1Secret) => Number(metadata?.labels?.["version"]);
