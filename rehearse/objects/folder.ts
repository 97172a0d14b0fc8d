import { loadAll } from "js-yaml";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ForeignObject } from "../../mesh/rehearsal/copiedObjects";
import { messageOf } from "../../tools/errors";

const isFile = (name: string) => /\.(ya?ml|json)$/i.test(name);

interface Parsed {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: { readonly name?: unknown };
  readonly items?: readonly unknown[];
}

/** Objects of a document: of a List its items. What is none has no kind or no name: a values file, a kustomization. */
function objectsOf(document: unknown): readonly ForeignObject[] {
  const { apiVersion, kind, metadata, items } = (document ?? {}) as Parsed;
  if (Array.isArray(items) && typeof kind === "string" && kind.endsWith("List")) {
    // Items of a list of one kind say it with the list.
    const own = kind === "List" ? {} : { apiVersion, kind: kind.slice(0, -"List".length) };
    return items.flatMap((item) => objectsOf({ ...own, ...(item as object) }));
  }
  const isObject = typeof apiVersion === "string" && typeof kind === "string" && typeof metadata?.name === "string";
  if (!isObject) return [];
  // Of a Secret no more goes on than that it was there.
  return kind === "Secret" ? [{ apiVersion, kind, metadata: { name: metadata.name } }] : [document as ForeignObject];
}

/**
 * Reads the objects in the YAML and JSON files of a folder and those below it.
 * @throws Error naming the file that cannot be read
 */
export function readFolder(folder: string): readonly ForeignObject[] {
  const files = readdirSync(folder, { recursive: true }).map(String).filter(isFile).sort();
  return files.flatMap((file) => {
    const found: ForeignObject[] = [];
    try {
      loadAll(readFileSync(join(folder, file), "utf8"), (document) => found.push(...objectsOf(document)));
    } catch (error) {
      throw new Error(`${join(folder, file)}: ${messageOf(error).split("\n")[0] ?? ""}`, { cause: error });
    }
    return found;
  });
}
