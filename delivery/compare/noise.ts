import { placeFilter } from "../../mesh/places";
import type { Change } from "./changes";

/**
 * Places that change with each version of a chart and say nothing: labels with the chart's name and version, checksums.
 * `*` stands for anything but brackets and quotes, `**` for anything.
 */
export const usualNoise = [
  '**labels["helm.sh/chart"]',
  '**labels["app.kubernetes.io/version"]',
  "**labels.chart",
  '**annotations["checksum/*"]',
];

/** Says of a change whether it is noise. @param patterns such as `metadata.labels.team` or `**annotations["example.com/*"]` */
export function noiseFilter(patterns: readonly string[]): (change: Change) => boolean {
  const isMeant = placeFilter(patterns);
  return ({ path }) => isMeant(path);
}
