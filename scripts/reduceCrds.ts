import { CORE_SCHEMA, loadAll } from "js-yaml";
import { readFileSync } from "node:fs";

// Writes what an API server needs of CRDs, and no text for people: `npx tsx scripts/reduceCrds.ts <crd.yaml…> > <crds.json>`. Of
// each kind the version that is stored stays.

type Json = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** A schema without its texts; a rule that has several lines may not go without a message. */
function reduced(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reduced);
  if (!isMap(value)) return value;
  const isRule = typeof value["rule"] === "string";
  const kept = Object.entries(value).filter(
    ([key, part]) => !(key === "description" && typeof part === "string") && !(isRule && key === "message"),
  );
  const message = isRule && String(value["rule"]).includes("\n") ? { message: "refused" } : {};
  return { ...Object.fromEntries(kept.map(([key, part]) => [key, reduced(part)])), ...message };
}

function crd(value: unknown): unknown {
  const { apiVersion, kind, metadata, spec } = value as Json & { readonly metadata: Json; readonly spec: Json };
  const stored = (spec["versions"] as readonly Json[]).filter((version) => version["storage"] === true);
  const { name, annotations } = metadata;
  return { apiVersion, kind, metadata: { name, annotations }, spec: { ...spec, versions: stored.map(reduced) } };
}

const found: unknown[] = [];
for (const file of process.argv.slice(2))
  loadAll(readFileSync(file, "utf8"), (document) => found.push(crd(document)), { schema: CORE_SCHEMA });
process.stdout.write(`${JSON.stringify(found)}\n`);
