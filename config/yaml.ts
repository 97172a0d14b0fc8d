import { CORE_SCHEMA, load, Type } from "js-yaml";
import { lineOf } from "../tools/errors";

/** Go prints an unquoted YAML timestamp like this, and Pulumi hands that text over. */
function goTimestamp(source: string): string {
  const zoned = /(Z|[+-]\d\d?(:?\d\d)?)$/i.test(source.replace(/^\d{4}-\d\d?-\d\d?/, "")) ? source : `${source}Z`;
  const [year = 0, month = 0, day = 0] = source.split(/[-Tt ]/).map(Number);
  // Go takes a day that does not exist for text.
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return source;
  const time = new Date(/^\d{4}-\d\d?-\d\d?$/.test(source) ? `${source}T00:00:00Z` : zoned.replace(/\s+/, "T"));
  if (Number.isNaN(time.getTime())) return source;
  const iso = time.toISOString();
  const fraction = iso.slice(19, -1).replace(/\.?0+$/, "");
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${fraction} +0000 UTC`;
}

const isTimestamp = (value: unknown) =>
  typeof value === "string" &&
  /^\d{4}-\d\d?-\d\d?(?:[Tt ]\s*\d{1,2}:\d\d:\d\d(?:\.\d*)?\s*(?:Z|[+-]\d\d?(?::\d\d)?)?)?$/.test(value);

const timestamp = new Type("tag:yaml.org,2002:timestamp", {
  kind: "scalar",
  resolve: isTimestamp,
  construct: goTimestamp,
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
