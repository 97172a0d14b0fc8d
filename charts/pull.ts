import { existsSync, readdirSync } from "node:fs";
import { copyFile, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { withoutCredentials } from "../mesh/credentials";
import { answerOf, archiveName, lackingText, nearRanges, type ChartName } from "../mesh/install/chartSources";
import { mustRun } from "../tools/run";
import { messageOf } from "../tools/errors";

/** How long one question to a repository may take, in seconds: Helm itself waits for ever. */
export const chartSeconds = 15;

/** Whether a repository is a place on the network; else it is a directory. */
export const isRemote = (repository: string) => /^(https?|oci):\/\//i.test(repository);

/** What Helm is told of a chart in a repository, of either kind. */
function place({ chart }: Pick<ChartName, "chart">, repository: string): readonly string[] {
  if (repository.startsWith("oci:")) return [`${repository.replace(/\/+$/, "")}/${chart}`];
  return [chart, "--repo", repository];
}

/** Versions near to one that a repository lacks; none where it has no such chart. */
async function versionsNear(helm: string, name: ChartName, repository: string): Promise<readonly string[]> {
  const texts = nearRanges(name.version).map((range) =>
    mustRun(helm, ["show", "chart", ...place(name, repository), "--version", range], { seconds: chartSeconds }).catch(
      () => "",
    ),
  );
  return (await Promise.all(texts)).flatMap((text) => /^version: ["']?([^"'\s]+)/m.exec(text)?.[1] ?? []);
}

/** Why Helm did not bring a chart. */
async function whyNot(helm: string, name: ChartName, repository: string, error: unknown): Promise<string> {
  const answer = answerOf(messageOf(error));
  if (!answer.lacks) return `cannot be reached: ${answer.reason}`;
  return lackingText(name, await versionsNear(helm, name, repository));
}

/**
 * Fetches a chart with Helm, which knows the machine's proxies, authorities and logins, and keeps it only when it can be read.
 * @returns `undefined` when it is in the folder, else why it is not
 */
export async function pull(
  helm: string,
  name: ChartName,
  repository: string,
  folder: string,
): Promise<string | undefined> {
  const arriving = await mkdtemp(join(folder, "new-"));
  const file = join(arriving, archiveName(name));
  try {
    const args = ["pull", ...place(name, repository), "--version", name.version, "--destination", arriving];
    try {
      await mustRun(helm, args, { seconds: chartSeconds });
    } catch (error) {
      return await whyNot(helm, name, repository, error);
    }
    try {
      // Read once before it is kept: a broken archive must not stay.
      await mustRun(helm, ["show", "chart", file], { seconds: chartSeconds });
    } catch (error) {
      return `sent a broken archive: ${withoutCredentials(messageOf(error))}`;
    }
    await copyFile(file, join(arriving, "whole"));
    await rename(join(arriving, "whole"), join(folder, archiveName(name)));
    return undefined;
  } finally {
    await rm(arriving, { recursive: true, force: true });
  }
}

/** Why a directory does not hold a chart. */
export function lackingDirectory(name: ChartName, directory: string): string {
  if (!existsSync(directory)) return "does not exist";
  const begin = `${name.chart}-`;
  const files = readdirSync(directory).filter((file) => file.startsWith(begin) && file.endsWith(".tgz"));
  return lackingText(
    name,
    files.map((file) => file.slice(begin.length, -".tgz".length)),
  );
}
