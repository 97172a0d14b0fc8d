import { dump } from "js-yaml";
import type { Row } from "./rows";

const schema = "# yaml-language-server: $schema=docs/stack.schema.json";

/** What a section of the new file was made from: each old file, with its keys. */
function comments(key: string, rows: readonly Row[]): readonly string[] {
  const own = rows.filter(
    ({ to, outcome }) => outcome !== "default" && (to === key || to?.startsWith(`${key}.`) === true),
  );
  const files = [...new Set(own.map(({ file }) => file))];
  return files.map((file) => {
    const keys = [...new Set(own.filter((row) => row.file === file).map(({ old }) => old))];
    const shown =
      keys.length > 3 ? `${keys.slice(0, 3).join(", ")} and ${String(keys.length - 3)} more` : keys.join(", ");
    return file === "" ? `# ${shown}: the old chart's own default` : `# ${file}: ${shown}`;
  });
}

/**
 * Writes a stack file, with a comment above each section that says which old key it carries.
 * @param config sections by their key after `jam-istio:`
 */
export function stackFileText(config: Readonly<Record<string, unknown>>, rows: readonly Row[] = []): string {
  const sections = Object.entries(config).flatMap(([key, value]) => {
    const yaml = dump({ [`jam-istio:${key}`]: value }, { lineWidth: 120, noRefs: true, quotingType: '"' });
    return [...comments(key, rows), ...yaml.trimEnd().split("\n")].map((line) => `  ${line}`);
  });
  return [schema, "config:", ...sections, ""].join("\n");
}
