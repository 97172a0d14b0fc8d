import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun } from "../../tools/run";

/** Runs a body in a folder of its own, which is removed at the end. */
export async function inFolder<T>(body: (folder: string) => Promise<T> | T): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-test-"));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a body with JAM_ISTIO_CACHE set to an empty folder, and gives that folder to it. */
export function withCache<T>(body: (cache: string) => Promise<T>): Promise<T> {
  return inFolder(async (cache) => {
    const before = process.env["JAM_ISTIO_CACHE"];
    process.env["JAM_ISTIO_CACHE"] = cache;
    try {
      return await body(cache);
    } finally {
      if (before === undefined) delete process.env["JAM_ISTIO_CACHE"];
      else process.env["JAM_ISTIO_CACHE"] = before;
    }
  });
}

/** Paths of all files below a folder, sorted, with `/`. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    )
    .sort();
}

/** Makes a chart repository in a folder: one chart called `tiny` in each version, and the index. */
export async function tinyRepository(helm: string, folder: string, versions: readonly string[]): Promise<void> {
  const source = join(folder, "source", "tiny");
  mkdirSync(join(source, "templates"), { recursive: true });
  const object = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: tiny\n";
  writeFileSync(join(source, "templates", "object.yaml"), object);
  for (const version of versions) {
    writeFileSync(join(source, "Chart.yaml"), `apiVersion: v2\nname: tiny\nversion: ${version}\n`);
    await mustRun(helm, ["package", source, "--destination", folder], { seconds: 60 });
  }
  await mustRun(helm, ["repo", "index", folder], { seconds: 60 });
}
