import { RunError } from "@pulumi/pulumi";
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { reasonOf } from "../cluster/client/errors";
import type { Cluster } from "../cluster/client/kubernetesClient";
import { recordedChart } from "../cluster/upgrade/helmRecords";
import { chartPath, unavailableText, type ChartSource, type Unavailable } from "../mesh/install/chartSources";
import type { Values } from "../mesh/install/helmReleases";
import { filesOfStandIn, type ChartFile } from "../mesh/install/recordedChart";
import { packChart } from "./archive";
import { ChartUnavailable, lazyHelm, loadChart, type Loading } from "./load";
import { valueWarnings } from "./valueWarnings";

/** A Helm release's need of a chart. */
export interface NeededChart extends ChartSource {
  /** Name of the release. */
  readonly release: string;
  /**
   * What the stack's state says: `other`, a release with another chart or none; `held`, the same chart in the same version;
   * `placed`, the same from the same path, so that the release may turn out to be unchanged.
   */
  readonly state: "other" | "held" | "placed";
  /** The values that it gets; absent: of a release that is registered as it is. */
  readonly values?: Values;
}

/** Where and how charts are provided. */
export interface Providing {
  readonly stack: string;
  /** The program's folder, which the provider's paths begin at. */
  readonly folder: string;
  readonly connected: () => Promise<Cluster>;
  readonly info: (line: string) => void;
  readonly warn: (line: string) => void;
  readonly credentials?: Loading["credentials"];
  /** Default: looked for, once, where a chart has to be fetched. */
  readonly helm?: Loading["helm"];
}

/** Writes an archive so that nobody ever reads half of it. */
async function place(path: string, write: (path: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const folder = await mkdtemp(join(dirname(path), "new-"));
  try {
    await write(join(folder, "whole"));
    await rename(join(folder, "whole"), path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Substitute = { readonly files: readonly ChartFile[]; readonly text: string };

/** What stands for a chart that cannot be had, and what is said of it; else all that was in vain. */
async function substitute(
  { release, state, chart, version }: NeededChart,
  failed: Unavailable & Error,
  connected: Providing["connected"],
): Promise<Substitute | Unavailable> {
  if (state === "other") return failed;
  const name = { chart, version };
  const begin = `${failed.message}. The stack has it already`;
  const record = `Helm's record of release ${release}`;
  let why = "does not hold the whole chart";
  try {
    const files = await recordedChart(await connected(), release, name);
    if (files !== undefined) return { files, text: `${begin}: it is taken from ${record} in the cluster` };
  } catch (error) {
    why = `cannot be read: ${reasonOf(error)}`;
  }
  // Registered from elsewhere, it would be updated, and that needs the chart.
  if (state === "held")
    return { ...name, attempts: [...failed.attempts, { repository: record, text: why, found: "unread" }] };
  const text = `${begin}: release ${release} stays as it is; a change of it fails until the chart can be had (${record} ${why})`;
  return { files: filesOfStandIn(name), text };
}

/** Provides one chart; returns what was in vain. */
async function provide(needed: NeededChart, loading: Loading, given: Providing): Promise<Unavailable | undefined> {
  const path = join(given.folder, chartPath(given.stack, needed));
  try {
    const archive = await loadChart(needed, loading);
    const { chart, values = {} } = needed;
    for (const line of await valueWarnings(archive, { chart, values })) given.warn(line);
    await place(path, (to) => copyFile(archive, to));
    return undefined;
  } catch (error) {
    if (!(error instanceof ChartUnavailable)) throw error;
    const instead = await substitute(needed, error, given.connected);
    if ("attempts" in instead) return instead;
    given.warn(instead.text);
    const archive = await packChart(instead.files);
    await place(path, (to) => writeFile(to, archive));
    return undefined;
  }
}

/**
 * Puts the archive of every chart that a stack needs into the program's folder, where the provider reads it: the provider
 * itself would ask the repository at every preview. Taken from this machine, else from a repository, else, where the stack's
 * state has the release already, from Helm's record of it.
 * @throws RunError naming every chart that cannot be had, each repository and why not, and what to do
 */
export async function provideCharts(charts: readonly NeededChart[], given: Providing): Promise<void> {
  const { info, credentials = [], helm = lazyHelm(info) } = given;
  const loading = { helm, progress: info, credentials };
  const missing = await Promise.all(charts.map((needed) => provide(needed, loading, given)));
  const failed = missing.filter((one) => one !== undefined);
  if (failed.length > 0) throw new RunError(unavailableText(given.stack, failed));
}
