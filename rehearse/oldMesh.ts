import { load } from "js-yaml";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { LabControlPlane } from "../lab/controlPlane";
import { applyObjects } from "../lab/planeFile";
import { helmChart, type ChartName } from "../mesh/install/chartSources";
import type { ReleasePlan } from "../mesh/install/helmReleases";
import { systemNamespace } from "../mesh/istio/names";
import type { MeshPlan } from "../mesh/meshPlan";
import { injectionLabel } from "../mesh/rollout/injectionLabel";
import type { Settings } from "../settings/types";
import { findHelm } from "../tools/helm";
import { mustRun } from "../tools/run";

/** The files of a mesh that Helm made. */
export interface OldMesh {
  /** Folder of the umbrella chart; absent where Istio's charts were installed as they are. */
  readonly chart?: string;
  /** Values files, in Helm's order. */
  readonly values: readonly string[];
}

const isChart = (path: string) => existsSync(join(path, "Chart.yaml"));

/**
 * Tells a chart's folder from values files.
 * @throws Error with one line where they are not what an old mesh is made of
 */
export function oldMeshOf(paths: readonly string[], { layout }: Pick<Settings, "layout">): OldMesh {
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Error(`--adopt: there is no ${missing.join(", no ")}`);
  const folders = paths.filter((path) => statSync(path).isDirectory());
  const wrong = folders.filter((path) => !isChart(path));
  if (wrong.length > 0)
    throw new Error(`--adopt: ${wrong.join(", ")} has no Chart.yaml: give the umbrella chart's folder`);
  if (folders.length > 1) throw new Error(`--adopt: one chart makes the mesh, not ${folders.join(" and ")}`);
  const [chart] = folders;
  if (layout === "modern" && chart !== undefined)
    throw new Error(
      `--adopt: of Istio 1.12 and newer give the values that helm get values prints, not the chart ${chart}`,
    );
  const values = paths.filter((path) => path !== chart).map((path) => resolve(path));
  return { ...(chart === undefined ? {} : { chart: resolve(chart) }), values };
}

/** Runs Helm on the lab, with its own files in a folder apart. */
type Helm = (...args: readonly string[]) => Promise<string>;

async function helmFor({ kubeconfig }: LabControlPlane, folder: string, say: (line: string) => void): Promise<Helm> {
  const helm = await findHelm(say);
  const own = { HELM_CONFIG_HOME: folder, HELM_CACHE_HOME: folder, HELM_DATA_HOME: folder };
  const env = { ...process.env, ...own, KUBECONFIG: kubeconfig };
  return async (...args) => {
    say(`  helm ${args.join(" ")}`);
    return mustRun(helm, [...args, "--namespace", systemNamespace], { seconds: 600, cwd: folder, env });
  };
}

/** A repository as it is from another folder: a URL, or a directory's whole path. */
const absolute = (repository: string) => (/^[a-z]+:\/\//i.test(repository) ? repository : resolve(repository));

/** Repository of a dependency, as Helm takes it: a mirror's URL, or the chart out of a directory of archives, which it knows not. */
async function dependencyIn(mirror: string, name: ChartName, folder: string): Promise<string> {
  const [archive = ""] = helmChart(name, mirror);
  if (archive === name.chart) return mirror;
  await mustRun("tar", ["-xzf", archive, "-C", folder], { seconds: 60 });
  return `file://${join(folder, name.chart)}`;
}

/** A copy of the umbrella, whose charts inside are updated without a trace in the person's own. */
async function copied(chart: string, folder: string, name: ChartName, mirror: string | undefined): Promise<string> {
  const copy = join(folder, "umbrella");
  cpSync(chart, copy, { recursive: true });
  if (mirror === undefined) return copy;
  const repository = await dependencyIn(mirror, name, folder);
  const file = join(copy, "Chart.yaml");
  const parsed = load(readFileSync(file, "utf8")) as { readonly dependencies?: readonly { readonly name?: string }[] };
  const dependencies = (parsed.dependencies ?? []).map((one) =>
    one.name === name.chart ? { ...one, repository } : one,
  );
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ ...parsed, dependencies }));
  // It is of the dependencies before.
  rmSync(join(copy, "Chart.lock"), { force: true });
  return copy;
}

const jobsDone = ["wait", "--for=condition=complete", "job", "--all", "--timeout=50s"];
const ready = ["--wait", "--timeout", "300s"];

/**
 * Makes the old mesh on the lab with Helm, as it was made: the namespace with its label for injection, then the charts, under the
 * release names that the settings give them.
 * @param mirror repository of Istio's charts, in the place of what the settings and the umbrella name
 * @throws Error with the line in which Helm says why not
 */
export async function installOldMesh(
  plane: LabControlPlane,
  old: OldMesh,
  { settings, mesh }: MeshPlan,
  { mirror, say }: { readonly mirror: string | undefined; readonly say: (line: string) => void },
): Promise<void> {
  const { namespace, layout, injection, istio } = settings;
  const { revision } = istio;
  const place = mirror === undefined ? undefined : absolute(mirror);
  const byRevision = injection === "revision" && revision !== undefined;
  const labels = byRevision ? { "istio.io/rev": revision } : { [injectionLabel]: "enabled" };
  const named = (name: string, more = {}) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, ...more } });
  await applyObjects(plane.plane, [named(namespace, { labels }), named(systemNamespace)]);
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-old-"));
  try {
    const helm = await helmFor(plane, folder, say);
    const from = ({ chart, version, repositories }: ReleasePlan) =>
      helmChart({ chart, version }, place ?? absolute(repositories[0] ?? ""));
    const files = old.values.flatMap((file) => ["-f", file]);
    const { crds, controlPlane } = mesh;
    const set = (key: string) => (revision === undefined ? [] : ["--set", `${key}=${revision}`]);
    await helm("install", crds.name, ...from(crds), ...set("defaultRevision"));
    // In the classic layout the CRDs are the work of Jobs, which Helm does not wait for.
    if (layout === "classic") await plane.kubectl("-n", systemNamespace, ...jobsDone);
    const chart =
      old.chart === undefined
        ? from(controlPlane)
        : ["--dependency-update", await copied(old.chart, folder, controlPlane, place)];
    await helm("install", controlPlane.name, ...chart, ...files, ...set("revision"), ...ready);
    // Of the other parts the files say nothing: they are made as the settings have them.
    for (const part of [...mesh.before, ...mesh.after, ...mesh.proxies]) {
      const file = join(folder, `${part.name}.json`);
      writeFileSync(file, JSON.stringify(part.values));
      await helm("install", part.name, ...from(part), "-f", file, ...ready);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
