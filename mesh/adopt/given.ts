import type { FoundRelease } from "./found";
import { overlay, type Values } from "../install/helmReleases";
import { isTree } from "../kubernetesObject";

/** Charts of a control plane, by themselves or inside an umbrella. */
const controlPlaneCharts = ["istio", "istiod"];

/** A chart as a record names it. */
interface NamedChart {
  readonly metadata?: { readonly name?: string; readonly dependencies?: readonly unknown[] };
}

/**
 * The values that people gave with `-f` and `--set`, as the control plane's own chart takes them: an umbrella has them below the
 * name of the chart in it. What an umbrella's own values.yaml says is in no record apart: Helm mixes the inner chart's defaults in.
 */
export function givenTo(chart: NamedChart | undefined, config: Readonly<Values> | null | undefined): Values {
  const given = config ?? {};
  const { name = "", dependencies = [] } = chart?.metadata ?? {};
  const inner = dependencies.filter(isTree).find((one) => controlPlaneCharts.includes(String(one["name"])));
  if (inner === undefined || controlPlaneCharts.includes(name)) return given;
  const below = given[String(inner["alias"] ?? inner["name"])];
  const { global } = given;
  return overlay(isTree(below) ? below : {}, isTree(global) ? { global } : {});
}

/** The control plane's revision that a release was made with; `undefined` where none was named. */
export function meshRevisionOf({ given }: { readonly given: Values }): string | undefined {
  const { revision } = given;
  return typeof revision === "string" && revision !== "" ? revision : undefined;
}

/** Helm's releases as an update would know them from its state. */
export const asDeployed = (
  found: readonly Pick<FoundRelease, "name" | "chart" | "chartVersion" | "status" | "given">[],
) =>
  found.map((one) => {
    const { name, chart, chartVersion: version, status } = one;
    return { name, chart, version, status, revision: meshRevisionOf(one) };
  });
