import { pieceKinds, type ConfigChanges, type FieldChange, type Named } from "../../mesh/proxyConfig/changes";
import type { PutIn } from "../../mesh/rehearsal/putIn";
import { wrap } from "../../tools/table";
import type { Comparison } from "./compareIstiods";

/** What a rehearsal says of a real cluster's objects. */
export interface ObjectsReport {
  /** Where they came from: a context or a folder. */
  readonly source: string;
  /** Kinds that could not be read there. */
  readonly denied: readonly string[];
  readonly put: PutIn;
  readonly comparison: Comparison;
}

/** As wide as a terminal that says nothing else. */
const width = 80;
/** How many names are shown where many are alike; all are in the JSON. */
const namesAtMost = 3;
/** How many changes of one proxy are shown. */
const changesAtMost = 20;
/** How much is shown of a value. */
const valueAtMost = 200;

const indented = (text: string, spaces: number) =>
  wrap(text, width - spaces)
    .split("\n")
    .map((line) => " ".repeat(spaces) + line);

const few = (names: readonly string[]) =>
  names.length <= namesAtMost
    ? names.join(", ")
    : `${names.slice(0, namesAtMost).join(", ")} and ${String(names.length - namesAtMost)} more`;

const counted = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .map(([kind, count]) => `${String(count)} ${kind}`)
    .join(", ") || "none";

const value = (text: string | undefined) =>
  text === undefined
    ? "nothing"
    : text === ""
      ? '""'
      : text.length > valueAtMost
        ? `${text.slice(0, valueAtMost)}…`
        : text;

function changeLines({ what, field, before, after, places, objects }: FieldChange): readonly string[] {
  return [
    ...indented(`${what}, ${field}: ${value(before)} -> ${value(after)}`, 4),
    ...indented(`in ${String(places.length)}: ${few(places)}`, 6),
    ...(objects.length === 0 ? [] : indented(`made from ${few(objects)}`, 6)),
  ];
}

const namedLines = (said: string, all: readonly Named[]) =>
  pieceKinds.flatMap((kind) => {
    const own = all.filter(({ what }) => what === kind);
    const objects = [...new Set(own.map(({ object }) => object).filter((one) => one !== ""))];
    return own.length === 0
      ? []
      : [
          ...indented(`${kind} ${said}: ${few(own.map(({ name }) => name))}`, 4),
          ...(objects.length === 0 ? [] : indented(`made from ${few(objects)}`, 6)),
        ];
  });

function proxyLines(proxy: string, { counts, gone, come, changed }: ConfigChanges): readonly string[] {
  const sizes = pieceKinds.map((kind) => {
    const [before, after] = counts[kind];
    return `${kind} ${before === after ? String(before) : `${String(before)} -> ${String(after)}`}`;
  });
  const hidden = changed.length - changesAtMost;
  return [
    ...indented(`${proxy}: ${sizes.join(", ")}`, 2),
    ...namedLines("that are gone", gone),
    ...namedLines("that are new", come),
    ...changed.slice(0, changesAtMost).flatMap(changeLines),
    ...(hidden > 0 ? indented(`and ${String(hidden)} more changes; --json has all`, 4) : []),
    ...(gone.length + come.length + changed.length === 0 ? ["    the same"] : []),
  ];
}

function comparisonLines(comparison: Comparison): readonly string[] {
  if ("missing" in comparison)
    return indented(`What istiod makes of them is not compared: ${comparison.missing.join("; ")}`, 0);
  const { before, after, proxies, leftOut } = comparison;
  return [
    ...indented(`What istiod ${before} and istiod ${after} make of them, each built from its source:`, 0),
    ...proxies.flatMap(({ proxy, changes }) => proxyLines(proxy, changes)),
    ...(leftOut > 0 ? indented(`${String(leftOut)} more gateways are not compared`, 2) : []),
  ];
}

/** What became of the objects, for a person: no line is wider than 80 columns but for a name that is. */
export function objectsText({ source, denied, put, comparison }: ObjectsReport): string {
  const { created, there, refused, left } = put;
  return [
    ...indented(`Objects of ${source}: ${counted(created)}`, 0),
    ...(there.length === 0 ? [] : indented(`made by the stack itself: ${few(there)}`, 2)),
    ...refused.flatMap((line) => indented(`not taken: ${line}`, 2)),
    ...(Object.keys(left).length === 0 ? [] : indented(`left out: ${counted(left)}`, 2)),
    ...(denied.length === 0 ? [] : indented(`may not be read: ${denied.join(", ")}`, 2)),
    ...indented("Pods, nodes and Helm's records are not brought: jam-istio precheck reads those", 2),
    ...comparisonLines(comparison),
  ].join("\n");
}
