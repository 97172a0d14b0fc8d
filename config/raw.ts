import { CORE_SCHEMA, load, Type } from "js-yaml";
import { lineOf } from "../tools/errors";

/** The project's config as Pulumi hands it over: every value a string, maps and lists as JSON. */
export interface RawConfig {
  /** By full key, such as `jam-istio:istio`. */
  readonly values: Readonly<Record<string, string>>;
  /** Full keys whose value is, or contains, a secret. */
  readonly secretKeys: readonly string[];
}

/** Stands for a secret that cannot be decrypted here. */
export const secretPlaceholder = "[secret]";

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
const schema = CORE_SCHEMA.extend({ implicit: [timestamp] });

/** Whether a value is a map, and no list. */
export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Replaces each `{secure: …}` by the placeholder; tells whether there was one. */
function maskSecure(value: unknown): { readonly value: unknown; readonly secret: boolean } {
  if (Array.isArray(value)) {
    const items = value.map(maskSecure);
    return { value: items.map((item) => item.value), secret: items.some((item) => item.secret) };
  }
  if (!isMap(value)) return { value, secret: false };
  if (Object.keys(value).length === 1 && typeof value["secure"] === "string")
    return { value: secretPlaceholder, secret: true };
  const entries = Object.entries(value).map(([key, item]) => [key, maskSecure(item)] as const);
  return {
    value: Object.fromEntries(entries.map(([key, item]) => [key, item.value])),
    secret: entries.some(([, item]) => item.secret),
  };
}

function asString(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function rawOf(config: Record<string, unknown>): RawConfig {
  const masked = Object.entries(config).map(([key, item]) => ({ key, ...maskSecure(item) }));
  return {
    values: Object.fromEntries(masked.map(({ key, value }) => [key, asString(value)])),
    secretKeys: masked.filter(({ secret }) => secret).map(({ key }) => key),
  };
}

function parse(text: string): unknown {
  try {
    return load(text, { schema });
  } catch (error) {
    throw new Error(`no valid YAML: ${lineOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * Reads the text of a stack file into what Pulumi would hand over, with placeholders for secrets.
 * @throws Error with one line when the text is no YAML or has no map `config`
 */
export function readStackFile(text: string): RawConfig {
  const content = parse(text);
  if (content === null || content === undefined) return { values: {}, secretKeys: [] };
  if (!isMap(content)) throw new Error("not a stack file: a map with the key config is expected");
  const config = content["config"] ?? {};
  if (!isMap(config)) throw new Error("not a stack file: config is not a map");
  try {
    return rawOf(config);
  } catch {
    throw new Error("an anchor contains itself, or the config is nested too deeply");
  }
}
