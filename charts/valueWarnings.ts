import type { ReleasePlan } from "../mesh/install/helmReleases";
import { areJudged, unknownValues } from "../mesh/install/unknownValues";
import { readChart } from "./archive";

/** Warnings of keys in a release's values that its chart, an archive on this machine, does not know. */
export async function valueWarnings(
  archive: string,
  { chart, values }: Pick<ReleasePlan, "chart" | "values">,
): Promise<readonly string[]> {
  if (!areJudged(chart)) return [];
  const files = await readChart(archive);
  return files === undefined ? [] : unknownValues(chart, files, values);
}
