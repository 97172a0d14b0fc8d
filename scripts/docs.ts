import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codes } from "../mesh/doctor/codes";
import { fleetSchema } from "../delivery/fleet/report";
import { notesPage } from "./notesPage";
import { sectionSchemas, stackFileSchema, type JsonSchema } from "../settings/jsonSchema";

// Writes the settings reference and the editors' schema from the settings' schema, the doctor's codes from their table, and the page
// of upgrade notes from the notes; with --check compares instead.

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (schema.default !== undefined) return `\`${JSON.stringify(schema.default)}\``;
  return required ? "required" : "–";
}

function row(path: string, schema: JsonSchema, required: boolean): string {
  const value = schema.const === undefined ? (schema.allowed ?? schema.type ?? "") : `\`${schema.const}\``;
  return `| \`${path}\` | ${cell(schema.description ?? "")} | ${cell(value)} | ${cell(defaultOf(schema, required))} |`;
}

function rows(path: string, schema: JsonSchema, required: boolean): string[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([key, child]) =>
    rows(`${path}.${key}`, child, schema.required?.includes(key) ?? false),
  );
  const items = schema.items === undefined ? [] : rows(`${path}[]`, schema.items, false);
  const kinds = (schema.oneOf ?? []).flatMap((kind) => {
    const type = kind.properties?.["type"]?.const ?? "";
    return rows(`${path} (${type})`, kind, false);
  });
  return [row(path, schema, required), ...inner, ...items, ...kinds];
}

function settingsPage(): string {
  const parts = Object.entries(sectionSchemas()).map(([key, schema]) => {
    const table = rows(`jam-istio:${key}`, schema, key === "istio");
    return [`## ${key}`, "", "| key | meaning | allowed | default |", "|---|---|---|---|", ...table, ""].join("\n");
  });
  const head = [
    "# Settings",
    "",
    "Every key of a stack file. Written from the settings' schema by `npm run docs`; do not edit.",
    "A key that is not here is an error. Secrets are allowed in `kialiPassphrase`, `kialiSigningKey` and `chartCredentials` alone.",
    "A key without a prefix is this project's, as Pulumi reads it: `mysql` is `jam-istio:mysql`. Give one of them, not both.",
    "",
  ];
  return [...head, ...parts].join("\n");
}

/** docs/doctor.md with its table of codes as they are now; its other text is written by hand. */
function doctorPage(): string {
  const text = readFileSync(join(__dirname, "..", "docs/doctor.md"), "utf8");
  const table = Object.entries(codes).map(([code, row]) => {
    const same: readonly string[] = "analyze" in row ? row.analyze : [];
    return `| \`${code}\` | ${row.severity} | ${cell(row.title)} | ${same.join(", ") || "–"} |`;
  });
  const head = ["| code | severity | what it is | in istioctl analyze |", "|---|---|---|---|"];
  return text.replace(
    /(<!-- prettier-ignore-start -->\n)[\s\S]*(<!-- prettier-ignore-end -->)/,
    (_, begin: string, end: string) => `${begin}\n${[...head, ...table].join("\n")}\n\n${end}`,
  );
}

const files = {
  "docs/settings.md": settingsPage(),
  "docs/doctor.md": doctorPage(),
  "docs/stack.schema.json": `${JSON.stringify(stackFileSchema(), undefined, 2)}\n`,
  "docs/upgrade-notes.md": notesPage(),
  "docs/fleet.schema.json": `${JSON.stringify(fleetSchema(), undefined, 2)}\n`,
};
const check = process.argv.includes("--check");
for (const [name, text] of Object.entries(files)) {
  const path = join(__dirname, "..", name);
  if (!check) {
    writeFileSync(path, text);
  } else if (readFileSync(path, "utf8") !== text) {
    process.stderr.write(`${name} is not what the program says: npm run docs\n`);
    process.exitCode = 1;
  }
}
