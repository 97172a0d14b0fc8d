import { closest, distance } from "fastest-levenshtein";
import { sections } from "../settings/schema";
import { checkAliases, readYaml } from "./yaml";

/** The project's name in Pulumi.yaml: the prefix of its keys. */
export const project = "jam-istio";

/** The project's config as Pulumi hands it over: every value a string, maps and lists as JSON. */
export interface RawConfig {
  /** By full key, such as `jam-istio:istio`. */
  readonly values: Readonly<Record<string, string>>;
  /** Full keys whose value is, or contains, a secret. */
  readonly secretKeys: readonly string[];
  /** Full keys that a stack file gives in two forms. Pulumi hands over one of them. */
  readonly twice?: readonly string[];
  /** What JAM_ISTIO_CHART_CREDENTIALS holds: it goes before the key chartCredentials. */
  readonly chartCredentials?: string;
  /** What stands beside `config` in a stack file and was meant to be read, a line each. */
  readonly stray?: readonly string[];
}

/** Stands for a secret that cannot be decrypted here. */
export const secretPlaceholder = "[secret]";

/** How a stack file looks, for whoever has another. */
export const stackFileExample = `A stack file begins like this: config: {${project}:istio: {version: "1.30.3"}}`;

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

/**
 * A key of a stack file as Pulumi reads it: one without a prefix is the project's own, `name:config:key` an old form.
 * @see stackConfigNamespacedWithProject and ParseKey in Pulumi's sdk/go/common
 */
function fullKey(written: string): string {
  if (!written.includes(":")) return `${project}:${written}`;
  return written.replace(/^([^:]+):config:([^:]+)$/, "$1:$2");
}

function rawOf(config: Record<string, unknown>): RawConfig {
  const values = new Map<string, string>();
  const [secretKeys, twice] = [new Set<string>(), new Set<string>()];
  for (const [written, item] of Object.entries(config)) {
    const key = fullKey(written);
    const { value, secret } = maskSecure(item);
    if (values.has(key)) twice.add(key);
    if (secret) secretKeys.add(key);
    values.set(key, asString(value));
  }
  return {
    values: Object.fromEntries(values),
    secretKeys: [...secretKeys],
    ...(twice.size === 0 ? {} : { twice: [...twice] }),
  };
}

/** What Pulumi reads in a stack file; it passes over any other key. */
const fileKeys = ["config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt"];

/** Keys beside `config` that were meant to be read: one of Pulumi's with a mistake in it, or a setting. */
function strayLines(keys: readonly string[]): readonly string[] {
  return keys.flatMap((key) => {
    const small = key.toLowerCase();
    const nearest = closest(small, fileKeys);
    if (distance(small, nearest) <= 2)
      return [`"${key}" is not read, the nearest known key of a stack file is "${nearest}"`];
    if (!key.startsWith(`${project}:`) && !Object.hasOwn(sections, key)) return [];
    const way = "indent it, so that it stands below; if it only holds an anchor, give it another name";
    return [`"${key}" stands beside "config:", where nothing reads it: ${way}`];
  });
}

const notOne = (why: string) => new Error(`not a stack file: ${why}`.replace(/\s+/g, " "));

/**
 * Reads the text of a stack file into what Pulumi would hand over, with placeholders for secrets.
 * @throws Error with one line when the text is no YAML, too long, or has something else than a map `config`
 */
export function readStackFile(text: string): RawConfig {
  const content = readYaml(text) ?? {};
  if (!isMap(content)) throw notOne("a map with the key config is expected");
  const others = Object.keys(content).filter((key) => !fileKeys.includes(key));
  if (!Object.hasOwn(content, "config") && others.length > 0) {
    const found = others.slice(0, 5).map((key) => `"${key}"`);
    const all = others.length > found.length ? [...found, "…"] : found;
    // The top level of the old umbrella chart's values.
    const isOld = others.some((key) => ["jam", "istio"].includes(key));
    const way = isOld ? "Of old Helm values one is made by: npx jam-istio import-values <files>" : stackFileExample;
    throw notOne(`there is no "config:" at its top, only ${all.join(", ")}. ${way}`);
  }
  const config = content["config"] ?? {};
  if (!isMap(config)) throw notOne("config is not a map");
  const stray = strayLines(others);
  if (Object.keys(config).length === 0 && stray.length > 0) throw notOne(`config is empty; ${stray.join("; ")}`);
  checkAliases(config);
  return { ...rawOf(config), ...(stray.length === 0 ? {} : { stray }) };
}
