import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { withoutCredentials } from "../mesh/credentials";
import {
  archiveName,
  attemptsText,
  type Attempt,
  type ChartName,
  type ChartSource,
  type Unavailable,
} from "../mesh/install/chartSources";
import type { Layout } from "../settings/types";
import { cacheFolder, findHelm, type Progress } from "../tools/helm";
import { credentialFor, type Credential } from "./credentials";
import { isRemote, lackingDirectory, pull } from "./pull";
import { messageOf } from "../tools/errors";

/** Replaces the official hosts by one root that is laid out like them: a directory or a URL. */
export function repositoryUnder(root: string, { chart, version }: ChartName, layout: Layout): string {
  const base = root.replace(/\/$/, "");
  if (chart === "kiali-server") return `${base}/kiali`;
  return layout === "classic" ? `${base}/istio-release/releases/${version}/charts` : `${base}/istio-release/charts`;
}

/** A chart that no repository gave. */
export class ChartUnavailable extends Error implements Unavailable {
  public readonly chart: string;
  public readonly version: string;

  constructor(
    { chart, version }: ChartName,
    public readonly attempts: readonly Attempt[],
  ) {
    super(`chart ${chart} ${version} cannot be had: ${attemptsText(attempts)}`);
    this.chart = chart;
    this.version = version;
  }
}

/** What a load needs of its surroundings. */
export interface Loading {
  /** Finds Helm; asked only where a chart has to be fetched. Default: {@link findHelm}, once for all charts. */
  readonly helm: () => Promise<string>;
  /** Told what is waited for. */
  readonly progress: Progress;
  /** Who repositories let in. Default: nobody in particular. */
  readonly credentials?: readonly Credential[];
}

/** Helm, looked for once. */
export function lazyHelm(progress: Progress): () => Promise<string> {
  let found: Promise<string> | undefined;
  return () => (found ??= findHelm(progress));
}

/** Folder in which the charts of a repository are kept. */
export function cachedIn(repository: string): string {
  return join(cacheFolder(), "charts", createHash("sha256").update(repository).digest("hex").slice(0, 16));
}

/** The chart on this machine: in a directory that was named, or fetched before. A version of a chart never changes. */
function present(source: ChartSource): string | undefined {
  return source.repositories
    .map((repository) => join(isRemote(repository) ? cachedIn(repository) : repository, archiveName(source)))
    .find((path) => existsSync(path));
}

/**
 * Gives the path of a chart's archive: in a directory, or fetched from the first repository that has it and kept.
 * @throws ChartUnavailable with each repository and why it gave none
 */
export async function loadChart(source: ChartSource, loading: Loading): Promise<string> {
  const { progress } = loading;
  const here = present(source);
  if (here !== undefined) return here;
  const name = `chart ${source.chart} ${source.version}`;
  const attempts: Attempt[] = [];
  for (const repository of source.repositories) {
    if (!isRemote(repository)) {
      attempts.push({ repository, ...lackingDirectory(source, repository) });
      continue;
    }
    const shown = withoutCredentials(repository);
    progress(`loading ${name} from ${shown}`);
    const whyNot = await fetchInto(cachedIn(repository), source, repository, loading);
    if (whyNot === undefined) {
      if (attempts.length > 0) progress(`${name} comes from ${shown}: ${attemptsText(attempts)}`);
      return join(cachedIn(repository), archiveName(source));
    }
    attempts.push({ repository, ...whyNot });
  }
  throw new ChartUnavailable(source, attempts);
}

async function fetchInto(
  folder: string,
  source: ChartSource,
  repository: string,
  { helm, credentials = [] }: Loading,
): ReturnType<typeof pull> {
  let found: string;
  try {
    found = await helm();
  } catch (error) {
    return { found: "unread", text: `was not asked: ${messageOf(error)}` };
  }
  await mkdir(folder, { recursive: true });
  return pull(found, source, { repository, credential: credentialFor(repository, credentials) }, folder);
}
