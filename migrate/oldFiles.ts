import { CORE_SCHEMA, loadAll, Type } from "js-yaml";
import * as semver from "semver";
import { isMap } from "../config/raw";
import { checkAliases, merge } from "../config/yaml";
import { lineOf } from "../tools/errors";

/** A map of Helm values, or a part of it. */
export type OldValues = Readonly<Record<string, unknown>>;

/** A file that a person gives. */
export interface OldFile {
  readonly name: string;
  readonly text: string;
}

/** One of the umbrella chart's dependencies. */
export interface Dependency {
  /** The key of its values in the umbrella's own. */
  readonly key: string;
  readonly chart: string;
  readonly version: string;
}

/** The old files, each for what it is. */
export interface OldFiles {
  /** Those of values, in the order in which Helm merges them. */
  readonly values: readonly { readonly name: string; readonly values: OldValues }[];
  /** What Chart.yaml says, and Chart.lock where it leaves a version open. */
  readonly dependencies: readonly Dependency[];
}

// Helm's reader of YAML takes these words for true and false.
const bool = new Type("tag:yaml.org,2002:bool", {
  kind: "scalar",
  resolve: (value: unknown) => typeof value === "string" && /^(y|n|yes|no|on|off|true|false)$/i.test(value),
  construct: (value: string) => /^(y|yes|on|true)$/i.test(value),
});
const schema = CORE_SCHEMA.extend({ implicit: [bool, merge] });

/** Where a template stands in the place of a value: YAML reads `{{ x }}` as a map with a map for its key. */
function templateIn(value: unknown, path = ""): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    if (key === "[object Object]") return path;
    const found = templateIn(item, path === "" ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

const noTemplates = "Helm expands no {{ … }} in files of values: write the value itself";

/** @throws Error with one line where the file is no YAML, or more than one document */
function read({ name, text }: OldFile): OldValues {
  let documents: unknown[];
  try {
    documents = loadAll(text, undefined, { schema });
  } catch (error) {
    const hint = text.includes("{{") ? `; ${noTemplates}` : "";
    throw new Error(`${name}: no valid YAML: ${lineOf(error)}${hint}`, { cause: error });
  }
  const given = documents.filter((one) => one !== null && one !== undefined);
  if (given.length > 1)
    throw new Error(`${name}: ${String(given.length)} documents, of which Helm reads one. Give a file per instance`);
  const [values = {}] = given;
  if (!isMap(values)) throw new Error(`${name}: no map: neither Helm values nor a Chart.yaml`);
  try {
    checkAliases(values);
  } catch (error) {
    throw new Error(`${name}: ${lineOf(error)}`, { cause: error });
  }
  const template = templateIn(values);
  if (template !== undefined) throw new Error(`${name}: ${template || "it"} is a template; ${noTemplates}`);
  return values;
}

/** Whether it is a Chart.yaml or a Chart.lock. */
const isChart = ({ dependencies, apiVersion }: OldValues) =>
  Array.isArray(dependencies) || typeof apiVersion === "string";

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

function dependenciesOf({ dependencies }: OldValues): readonly Dependency[] {
  return (Array.isArray(dependencies) ? dependencies : []).filter(isMap).map(({ name, version, alias }) => ({
    chart: textOf(name),
    version: textOf(version),
    key: textOf(alias) || textOf(name),
  }));
}

/** `helm install --dependency-update` follows Chart.yaml; Chart.lock says which version a range stands for. */
function joined(all: readonly Dependency[]): readonly Dependency[] {
  return [...new Set(all.map(({ key }) => key))].flatMap((key) => {
    const own = all.filter((one) => one.key === key);
    return own.find(({ version }) => semver.valid(version) !== null) ?? own[0] ?? [];
  });
}

/**
 * Reads the old files; which of them is what, their content tells.
 * @returns what they hold, or what is wrong with them, a line each
 */
export function readOldFiles(files: readonly OldFile[]): OldFiles | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const found: { readonly name: string; readonly values: OldValues }[] = [];
  for (const file of files) {
    try {
      found.push({ name: file.name, values: read(file) });
    } catch (error) {
      problems.push(lineOf(error));
    }
  }
  if (problems.length > 0) return { problems };
  const charts = found.filter(({ values }) => isChart(values));
  return {
    values: found.filter(({ values }) => !isChart(values)),
    // A Chart.yaml comes before its lock: it has a name.
    dependencies: joined(
      [...charts]
        .sort((a, b) => Number("name" in b.values) - Number("name" in a.values))
        .flatMap(({ values }) => dependenciesOf(values)),
    ),
  };
}
