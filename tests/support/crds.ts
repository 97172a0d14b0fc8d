import Ajv from "ajv";
import { CORE_SCHEMA, loadAll } from "js-yaml";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

type Schema = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is Schema => typeof value === "object" && value !== null && !Array.isArray(value);
const inside = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((at, key) => (isMap(at) ? at[key] : undefined), value);

/** The CRD files inside a chart's archive, in one text. */
export function crdFiles(archive: string): string {
  const options = { encoding: "utf8", maxBuffer: 1 << 28 } as const;
  const files = execFileSync("tar", ["-tzf", archive], options).split("\n");
  const crds = files.filter((file) => /\/(?:files|crds)\/crd-(?:\d+|all\.gen)\.yaml$/.test(file));
  assert.ok(crds.length > 0, `${archive} holds no CRDs`);
  return crds.map((file) => execFileSync("tar", ["-xzOf", archive, file], options)).join("\n---\n");
}

/** The schema of a ServiceEntry's spec for the API version that the product uses. */
export function serviceEntrySpec(archive: string, apiVersion: string): Schema {
  const [group = "", version = ""] = apiVersion.split("/");
  const crds: unknown[] = [];
  loadAll(crdFiles(archive), (document) => crds.push(document), { schema: CORE_SCHEMA, json: true });
  const crd = crds.find((item) => inside(item, "metadata", "name") === `serviceentries.${group}`);
  const versions = inside(crd, "spec", "versions");
  assert.ok(Array.isArray(versions), "the CRD has no versions");
  const served: unknown = versions.find((item) => inside(item, "name") === version && inside(item, "served") === true);
  assert.ok(served !== undefined, `${version} is not served`);
  const root = inside(served, "schema", "openAPIV3Schema") ?? inside(crd, "spec", "validation", "openAPIV3Schema");
  const spec = inside(root, "properties", "spec");
  assert.ok(isMap(spec) && isMap(spec["properties"]), "the CRD has no schema for spec");
  return spec;
}

/**
 * JSON Schema of an OpenAPI schema as the API server reads it. A field that the schema does not know is refused here:
 * the server would drop it silently.
 */
export function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isMap(schema)) return schema;
  if (schema["x-kubernetes-int-or-string"] === true) return { type: ["integer", "string"] };
  const { properties } = schema;
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true || schema["additionalProperties"] !== undefined;
  const items = Object.entries(schema)
    .filter(([key]) => !key.startsWith("x-kubernetes-") && key !== "properties")
    .map(([key, item]) => [key, key === "enum" || key === "required" ? item : closed(item)] as const);
  if (!isMap(properties)) return Object.fromEntries(items);
  const fields = Object.entries(properties).map(([key, item]) => [key, closed(item)] as const);
  return {
    ...Object.fromEntries(items),
    properties: Object.fromEntries(fields),
    ...(open ? {} : { additionalProperties: false }),
  };
}

/** What a schema has against a value, a line each. */
export function refusals(schema: unknown, value: unknown): readonly string[] {
  // "string" is what 1.4 says of every string; the others are checked as Kubernetes does.
  const formats = { string: true, int32: true, int64: true, double: true, "date-time": true } as const;
  const check = new Ajv({ strict: false, allErrors: true, formats }).compile(closed(schema) as Schema);
  check(value);
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath || "/"} ${message ?? ""}`);
}

/** The messages of a schema's rules in CEL, sorted, those below `endpoints` and `workloadSelector` left out. */
export function ruleMessages(schema: unknown): readonly string[] {
  const collect = (node: unknown): readonly string[] => {
    if (Array.isArray(node)) return node.flatMap(collect);
    if (!isMap(node)) return [];
    const rules = node["x-kubernetes-validations"];
    const own = Array.isArray(rules) ? rules.map((rule: unknown) => String(inside(rule, "message"))) : [];
    const below = Object.entries(node)
      .filter(([key]) => !["x-kubernetes-validations", "endpoints", "workloadSelector"].includes(key))
      .flatMap(([, item]) => collect(item));
    return [...own, ...below];
  };
  return [...new Set(collect(schema))].sort();
}
