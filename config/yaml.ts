import { CORE_SCHEMA, load, Type } from "js-yaml";
import { lineOf } from "../tools/errors";

// yaml.v3 takes these for a time where they are not quoted: with the mark T and a zone, with blanks and none, or a day alone.
const notation =
  /^(?<year>\d{4})-(?<month>\d\d?)-(?<day>\d\d?)(?:(?<mark>[Tt]| +)(?<hour>\d\d?):(?<minute>\d\d?):(?<second>\d\d?)(?<fraction>[.,]\d+)?(?<zone>Z|[+-]\d\d:\d\d)?)?$/;

/** Whether a day and a time of day are in the calendar. */
function isTime([year, month, day, hour, minute, second]: readonly [number, number, number, number, number, number]) {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
}

/** Go prints an unquoted YAML timestamp like this, and Pulumi hands that text over; `undefined` where it is text for yaml.v3. */
function goTime(source: string): string | undefined {
  const found = notation.exec(source)?.groups;
  if (found === undefined) return undefined;
  const { year = "", month = "", day = "", mark = "", hour = "0", minute = "0", second = "0", fraction, zone } = found;
  const numbers = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (/t/i.test(mark) !== (zone !== undefined) || !isTime(numbers)) return undefined;
  const [zoneHour = 0, zoneMinute = 0] = (zone ?? "").match(/\d\d/g)?.map(Number) ?? [];
  if (zoneHour > 24 || zoneMinute > 60) return undefined;
  const two = (text: string) => text.padStart(2, "0");
  const offset = zoneHour + zoneMinute === 0 ? "+0000" : (zone ?? "").replace(":", "");
  const part = (fraction ?? "")
    .replace(",", ".")
    .slice(0, 10)
    .replace(/\.?0*$/, "");
  const time = `${two(hour)}:${two(minute)}:${two(second)}${part}`;
  return `${year}-${two(month)}-${two(day)} ${time} ${offset} ${offset === "+0000" ? "UTC" : offset}`;
}

const timestamp = new Type("tag:yaml.org,2002:timestamp", {
  kind: "scalar",
  resolve: (value: unknown) => typeof value === "string" && goTime(value) !== undefined,
  construct: goTime,
});

/** The key `<<`: its map, or list of maps, gives the keys that are not there; the first in a list wins. */
export const merge = new Type("tag:yaml.org,2002:merge", {
  kind: "scalar",
  resolve: (value: unknown) => value === "<<",
});

const schema = CORE_SCHEMA.extend({ implicit: [timestamp, merge] });

/**
 * Reads YAML as Pulumi's parser does (gopkg.in/yaml.v3); aliases lead to the value itself, however often it is used.
 * @throws Error with one line when it is no YAML
 */
export function readYaml(text: string): unknown {
  try {
    return load(text, { schema });
  } catch (error) {
    throw new Error(`no valid YAML: ${lineOf(error)}`, { cause: error });
  }
}

/** How long and how deep a value is with each alias written out. */
interface Extent {
  readonly length: number;
  readonly depth: number;
}

/** More than any stack's settings, or any object that an API server takes. */
const max: Extent = { length: 4_000_000, depth: 500 };

function extentOf(value: unknown, known: Map<object, Extent>): Extent {
  if (typeof value !== "object" || value === null) return { length: String(value).length + 1, depth: 0 };
  const before = known.get(value);
  if (before !== undefined) return before;
  let [length, depth] = [2, 0];
  for (const [key, item] of Object.entries(value)) {
    const inner = extentOf(item, known);
    length += key.length + 1 + inner.length;
    depth = Math.max(depth, inner.depth);
  }
  const extent = { length, depth: depth + 1 };
  known.set(value, extent);
  return extent;
}

/** Of an anchor that contains itself there is no end: the call stack is full. */
function endlessOr(value: unknown): Extent {
  try {
    return extentOf(value, new Map());
  } catch {
    return { length: 0, depth: Infinity };
  }
}

/**
 * Keeps a few lines of aliases of aliases from becoming gigabytes where they are written out.
 * @throws Error with one line when that would be too long, too deep, or would never end
 */
export function checkAliases(value: unknown): void {
  const { length, depth } = endlessOr(value);
  if (depth > max.depth) throw new Error("an anchor contains itself, or it is nested too deeply");
  if (length > max.length) {
    throw new Error(`with every alias (*name) written out it is longer than ${String(max.length)} characters`);
  }
}
