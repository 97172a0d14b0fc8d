import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Layout } from "../mesh/releases";
import type { ReleasePlan } from "../mesh/values";
import { cacheFolder, type Progress } from "../tools/helm";
import { mustRun } from "../tools/run";

/** Replaces the official hosts by one root that is laid out like them: a directory or a URL. */
export function repositoryUnder(root: string, plan: Pick<ReleasePlan, "chart" | "version">, layout: Layout): string {
  const base = root.replace(/\/$/, "");
  if (plan.chart === "kiali-server") return `${base}/kiali`;
  return layout === "classic"
    ? `${base}/istio-release/releases/${plan.version}/charts`
    : `${base}/istio-release/charts`;
}

/** How long one chart may take to arrive, in seconds. A hanging repository must not hang the command. */
export const chartSeconds = 20;

/**
 * Gives the path of a chart's archive: in the directory, or fetched from the repository once and kept.
 * @throws Error with one line when the chart cannot be had
 */
export async function loadChart(plan: ReleasePlan, helm: string, progress: Progress): Promise<string> {
  const { chart, version, repository } = plan;
  const file = `${chart}-${version}.tgz`;
  if (!/^https?:/.test(repository)) {
    const path = join(repository, file);
    if (!existsSync(path)) throw new Error(`${path} does not exist`);
    return path;
  }
  const folder = join(cacheFolder(), "charts", createHash("sha256").update(repository).digest("hex").slice(0, 16));
  const cached = join(folder, file);
  if (existsSync(cached)) return cached;
  progress(`loading chart ${chart} ${version} from ${repository}`);
  await mkdir(folder, { recursive: true });
  const arriving = await mkdtemp(join(folder, "new-"));
  try {
    const args = ["pull", chart, "--repo", repository, "--version", version, "--destination", arriving];
    await mustRun(helm, args, { seconds: chartSeconds });
    // Read once before it is kept: a broken archive must not stay in the cache.
    await mustRun(helm, ["show", "chart", join(arriving, file)], { seconds: chartSeconds });
    await copyFile(join(arriving, file), join(arriving, "whole"));
    await rename(join(arriving, "whole"), cached);
    return cached;
  } finally {
    await rm(arriving, { recursive: true, force: true });
  }
}
