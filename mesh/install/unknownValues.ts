import { closest } from "fastest-levenshtein";
import { load, YAMLException } from "js-yaml";
import type { ChartFile } from "./recordedChart";
import type { Values } from "./helmReleases";

type Tree = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

/** Which setting brings the values of a chart; the others have none, or, as Kiali's, take every key of their program's own configuration. */
const settingOf: Readonly<Record<string, string>> = {
  istio: "istio.values",
  istiod: "istio.values",
  cni: "istio.cni.values",
  ztunnel: "istio.ztunnel.values",
  gateway: "istio.gateway.values",
};

/** The setting that brings a chart's values. */
export const valuesSetting = (chart: string) =>
  settingOf[chart] ?? (chart === "kiali-server" ? "kiali.values" : "istio.values");

/** A chart without the charts in it: its default values, and what its templates read. */
interface Part {
  readonly defaults: Tree;
  /** Paths of values that a template names, such as `global.tag`; the empty one where it takes all of them. */
  readonly named: readonly string[];
}

/** @throws YAMLException where the text is none */
function defaultsOf(text: string): Tree {
  const values = load(text);
  if (!isTree(values)) return {};
  // Where the modern charts keep them.
  const inner = values["_internal_defaults_do_not_set"] ?? values["defaults"];
  return isTree(inner) ? { ...values, ...inner } : values;
}

function partOf(files: readonly ChartFile[], folder: string): Part {
  const own = files.filter(({ path }) => path.startsWith(folder) && !path.slice(folder.length).startsWith("charts/"));
  const text = (file: ChartFile | undefined) => file?.data.toString("utf8") ?? "";
  const named = own.flatMap((file) =>
    [...text(file).matchAll(/\bValues\)?((?:\.[A-Za-z_]\w*)*)/g)].map(([, path = ""]) => path.slice(1)),
  );
  return { defaults: defaultsOf(text(own.find(({ path }) => path === `${folder}values.yaml`))), named };
}

/** Keys right below a path that a chart knows. */
const namedBelow = ({ named }: Part, path: string) =>
  named.filter((one) => one.startsWith(path)).map((one) => one.slice(path.length).split(".")[0] ?? "");

/** The keys that `global`, which is the same for a chart and those in it, can have; `undefined` where it is free. */
function knownGlobals(parts: readonly Part[]): readonly string[] | undefined {
  const defaults = parts.map(({ defaults: { global } }) => global).filter(isTree);
  if (defaults.length === 0 || parts.some(({ named }) => named.includes("global"))) return undefined;
  return [...defaults.flatMap((one) => Object.keys(one)), ...parts.flatMap((part) => namedBelow(part, "global."))];
}

/** The keys that a map of values can have; `undefined` where it is free, or taken as a whole. */
function knownIn(key: string, top: Part, inner: Part | undefined): readonly string[] | undefined {
  const own = top.defaults[key];
  const below = isTree(own) ? Object.keys(own) : [];
  if (top.named.includes(key)) return undefined;
  if (inner === undefined) return below.length === 0 ? undefined : [...below, ...namedBelow(top, `${key}.`)];
  if (inner.named.includes("")) return undefined;
  const ofChart = [...Object.keys(inner.defaults), ...namedBelow(inner, "")];
  return [...below, ...namedBelow(top, `${key}.`), ...ofChart, "enabled", "global"];
}

/** Whether the values of a chart can be judged at all. */
export const areJudged = (chart: string) => settingOf[chart] !== undefined;

/**
 * Warns of keys that a chart does not know, at the top and one level below, with the nearest one that it does know: neither its
 * default values have them nor does a template name them. Where a map may be free, nothing is said of what is in it.
 * @param files of the chart
 */
export function unknownValues(chart: string, files: readonly ChartFile[], values: Values): readonly string[] {
  const setting = settingOf[chart];
  if (setting === undefined) return [];
  try {
    return judge(chart, files, values, setting);
  } catch (error) {
    // Helm's reader of YAML takes more than this one.
    if (error instanceof YAMLException) return [];
    throw error;
  }
}

function judge(chart: string, files: readonly ChartFile[], values: Values, setting: string): readonly string[] {
  const top = partOf(files, `${chart}/`);
  const charts = new Set(files.flatMap(({ path }) => /^[^/]+\/charts\/([^/]+)\//.exec(path)?.[1] ?? []));
  const known = [...Object.keys(top.defaults), ...namedBelow(top, ""), ...charts, "global", "tags"].filter(Boolean);
  const warn = (path: string, key: string, among: readonly string[]) =>
    `${setting}${path}: chart ${chart} has no value "${key}", so it has no effect; the nearest that it has is "${closest(key, among)}"`;
  return Object.entries(values).flatMap(([key, value]) => {
    if (!known.includes(key)) return [warn("", key, known)];
    if (!isTree(value)) return [];
    const inside = (name: string) => partOf(files, `${chart}/charts/${name}/`);
    const inner = charts.has(key) ? inside(key) : undefined;
    const own = key === "global" ? knownGlobals([top, ...[...charts].map(inside)]) : knownIn(key, top, inner);
    const among = own?.filter(Boolean);
    if (among === undefined) return [];
    return Object.keys(value)
      .filter((one) => !among.includes(one))
      .map((one) => warn(`.${key}`, one, among));
  });
}
