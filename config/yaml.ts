import { CORE_SCHEMA, load, Type } from "js-yaml";
import { lineOf } from "../tools/errors";

// yaml.v3 takes these for a time where they are not quoted: with the mark T and a zone, with blanks and none, or a day alone.
const notation =
  /^(?<year>\d{4})-(?<month>\d\d?)-(?<day>\d\d?)(?:(?<mark>[Tt]| +)(?<hour>\d\d?):(?<minute>\d\d?):(?<second>\d\d?)(?<fraction>[.,]\d+)?(?<zone>Z|[+-]\d\d:\d\d)?)?$/;

const two = (text: string) => text.padStart(2, "0");

/** Go prints an unquoted YAML timestamp like this, and Pulumi hands that text over; `undefined` where it is text for yaml.v3. */
function goTime(source: string): string | undefined {
  const found = notation.exec(source)?.groups;
  if (found === undefined) return undefined;
  const { year = "", month = "", day = "", mark = "", hour = "0", minute = "0", second = "0" } = found;
  const { fraction = "", zone = "" } = found;
  if (/t/i.test(mark) !== (zone !== "")) return undefined;
  const [date, time] = [`${year}-${two(month)}-${two(day)}`, `${two(hour)}:${two(minute)}:${two(second)}`];
  // A day, or a time of day, that does not exist becomes another one.
  const read = new Date(`${date}T${time}Z`);
  if (Number.isNaN(read.getTime()) || !read.toISOString().startsWith(`${date}T${time}`)) return undefined;
  const [zoneHour = 0, zoneMinute = 0] = zone.match(/\d\d/g)?.map(Number) ?? [];
  if (zoneHour > 24 || zoneMinute > 60) return undefined;
  const offset = zoneHour + zoneMinute === 0 ? "+0000 UTC" : `${zone} ${zone}`.replaceAll(":", "");
  const part = fraction
    .replace(",", ".")
    .slice(0, 10)
    .replace(/\.?0*$/, "");
  return `${date} ${time}${part} ${offset}`;
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
