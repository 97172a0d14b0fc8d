import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "./canonical";

/** Packages are what package-lock.json says they are. */
const skipped = "node_modules";

function filesBelow(folder: string, path: string): readonly string[] {
  const full = join(folder, path);
  if (path === skipped || !existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full).flatMap((name) => filesBelow(folder, `${path}/${name}`));
}

/** SHA-256 of a program's files: with other code the same settings may do something else. @param parts files and folders of it */
export function programDigest(folder: string, parts: readonly string[]): string {
  const files = parts.flatMap((part) => filesBelow(folder, part)).sort();
  return sha256(files.map((file) => `${file} ${sha256(readFileSync(join(folder, file)))}\n`).join(""));
}
