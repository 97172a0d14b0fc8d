import type { V1Secret } from "@kubernetes/client-node";
import type { FoundRelease } from "../../mesh/adopt/found";
import { givenTo } from "../../mesh/adopt/given";
import { systemNamespace as namespace } from "../../mesh/istio/names";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { helmRecord, recordText } from "../upgrade/helmRecords";

/** A release without its objects, which are text still. */
export type ReadRelease = Omit<FoundRelease, "objects"> & { readonly manifest: string };

function newest(secrets: readonly V1Secret[]): ReadRelease | undefined {
  const [last] = [...secrets].sort((a, b) => numberOf(b) - numberOf(a));
  const record = last && helmRecord(last);
  if (last === undefined || record === undefined) return undefined;
  const { chart, config } = recordText(last);
  return {
    ...{ name: record.release, revision: record.revision, status: record.status, description: record.description },
    chart: chart?.metadata?.name ?? "",
    chartVersion: record.chartVersion,
    given: givenTo(chart, config),
    givenBelow: config ?? {},
    manifest: record.manifest,
    records: secrets.map(({ metadata }) => metadata?.name ?? ""),
  };
}

const numberOf = ({ metadata }: V1Secret) => Number(metadata?.labels?.["version"]);

/** Reads the Helm releases of istio-system, of each its newest revision. @throws HttpError where Secrets may not be listed */
export async function readReleases({ core }: Cluster): Promise<readonly ReadRelease[]> {
  const listing = core.listNamespacedSecret({ namespace, labelSelector: "owner=helm" });
  const { items } = await bounded("the Kubernetes API", 60, listing);
  const names = [...new Set(items.map(({ metadata }) => metadata?.labels?.["name"] ?? ""))].sort();
  return names.flatMap((name) => newest(items.filter(({ metadata }) => metadata?.labels?.["name"] === name)) ?? []);
}
