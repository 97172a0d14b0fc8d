import { distance } from "fastest-levenshtein";
import { unknownKey } from "../settings/fields";
import { sectionSchemas } from "../settings/jsonSchema";
import { sections } from "../settings/schema";
import { project, stackFileExample, type RawConfig } from "./raw";
import type { Problem } from "./rule";

const known = Object.keys(sections);

const letters = (text: string) => text.toLowerCase().replace(/[^a-z]/g, "");

/** Whether somebody meant this project's prefix; those of providers (`aws:region`) are none of its business. */
const isMeant = (prefix: string) => prefix !== project && distance(letters(prefix), letters(project)) <= 2;

/** What is said of a key of ours that the contract does not have. */
function unknown(name: string, values: RawConfig["values"]): Problem {
  const schemas = sectionSchemas();
  const section = known.find(
    (key) => values[`${project}:${key}`] === "" && Object.hasOwn(schemas[key]?.properties ?? {}, name),
  );
  if (section === undefined) return { path: name, text: unknownKey(name, known) };
  const way = `indent it further than "${project}:${section}:", so that it stands below`;
  return { path: section, text: `is empty, and "${name}" stands beside it, where nothing reads it: ${way}` };
}

function problemOf(key: string, values: RawConfig["values"]): readonly Problem[] {
  const at = key.indexOf(":");
  const [prefix, name] = [key.slice(0, Math.max(at, 0)), key.slice(at + 1)];
  if (prefix === project) return known.includes(name) ? [] : [unknown(name, values)];
  if (prefix === "kubernetes")
    return [{ path: "kubernetes", text: `"${key}" is not read: this program's cluster is said here` }];
  if (!isMeant(prefix)) return [];
  const text = `"${key}" is not read: there is no prefix "${prefix}", the nearest one is "${project}"`;
  return [{ path: name, text }];
}

/** What is wrong with the names of the config's keys: those that nothing reads, or that are there twice. */
export function keyProblems({ values, twice = [] }: RawConfig): readonly Problem[] {
  const problems = Object.keys(values).flatMap((key) => problemOf(key, values));
  const isOwn = (key: string) => key.startsWith(`${project}:`);
  if (problems.length === 0 && !Object.keys(values).some(isOwn)) {
    const text = `missing, as is every other key: the stack file has no "config:", or no key of ${project} in it. ${stackFileExample}`;
    return [{ path: "istio", text }];
  }
  const names = twice.filter(isOwn).map((key) => key.slice(project.length + 1));
  const twiceText = (name: string) =>
    `is there twice, as "${name}" and as "${project}:${name}": Pulumi takes one of them by chance; remove one`;
  return [...problems, ...names.map((name) => ({ path: name, text: twiceText(name) }))];
}
