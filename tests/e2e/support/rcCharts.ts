import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun } from "../../../tools/run";
import { chartRoot } from "./engine";

/** Every file below a folder. */
const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/**
 * A mirror like the tests' own in which the charts of a release candidate are called a release: a stack's version is one, and the
 * mirror has no newer.
 * @param candidate `1.31.0-rc.0`, which becomes 1.31.0
 * @returns its root, which the caller removes
 */
export async function withRelease(candidate: string): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "jam-istio-rc-charts-"));
  const from = chartRoot() ?? "";
  const charts = join(root, "istio-release", "charts");
  mkdirSync(charts, { recursive: true });
  symlinkSync(join(from, "kiali"), join(root, "kiali"));
  const release = candidate.replace(/-.*/, "");
  const archives = readdirSync(join(from, "istio-release", "charts"));
  for (const name of archives.filter((one) => one.endsWith(".tgz"))) {
    const archive = join(from, "istio-release", "charts", name);
    if (!name.endsWith(`-${candidate}.tgz`)) {
      symlinkSync(archive, join(charts, name));
      continue;
    }
    const folder = mkdtempSync(join(root, "chart-"));
    await mustRun("tar", ["-xzf", archive, "-C", folder], { seconds: 60 });
    for (const file of filesOf(folder)) {
      const text = readFileSync(file, "utf8");
      if (text.includes(candidate)) writeFileSync(file, text.replaceAll(candidate, release));
    }
    const renamed = join(charts, name.replace(candidate, release));
    await mustRun("tar", ["-czf", renamed, "-C", folder, ...readdirSync(folder)], { seconds: 60 });
    rmSync(folder, { recursive: true });
  }
  return root;
}
