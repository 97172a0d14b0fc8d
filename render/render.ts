import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChartUnavailable, lazyHelm, loadChart, repositoryUnder, type Loading } from "../charts/load";
import { withoutCredentials } from "../mesh/credentials";
import { valueWarnings } from "../charts/valueWarnings";
import { attemptsText, isKnownMissing, unavailableText, type Unavailable } from "../mesh/install/chartSources";
import type { ReleasePlan } from "../mesh/install/helmReleases";
import { valuesSetting } from "../mesh/install/unknownValues";
import { systemNamespace } from "../mesh/istio/names";
import { layoutOf, minorData } from "../mesh/istio/releases";
import type { MeshPlan } from "../mesh/meshPlan";
import type { Progress } from "../tools/helm";
import { mustRun } from "../tools/run";
import { hideSecretData, objectsOf, parseManifest, type KubernetesObject } from "./objects";
import { record } from "./record";
import { lineOf } from "../tools/errors";

/** A Helm release with the objects that its chart makes; `undefined` where the chart could not be had. */
export interface RenderedRelease {
  readonly plan: ReleasePlan;
  readonly objects: readonly KubernetesObject[] | undefined;
  readonly missing?: string;
  /** The same, where the chart is known not to be there. */
  readonly lacking?: Unavailable;
}

/** All that a stack would create, in the order in which it would. */
export type Rendered = readonly (
  | { readonly kind: "object"; readonly object: KubernetesObject }
  | { readonly kind: "release"; readonly release: RenderedRelease }
)[];

/** Whether the objects of every chart are there. */
export const isComplete = (rendered: Rendered): boolean =>
  rendered.every((item) => item.kind === "object" || item.release.missing === undefined);

const releaseType = "kubernetes:helm.sh/v3:Release";

/** The Kubernetes version that charts are rendered for: the newest that carries them, for equal bytes everywhere. */
export function kubernetesOf(version: string): string {
  const newest = layoutOf(version) === "classic" ? "1.21" : (minorData(version)?.kubernetesMax ?? "1.36");
  return `${newest}.0`;
}

/** @throws Error with one line when the chart cannot be rendered with the values */
async function expand(
  plan: ReleasePlan,
  archive: string,
  helm: string,
  kubernetes: string,
): Promise<readonly KubernetesObject[]> {
  const folder = await mkdtemp(join(tmpdir(), "jam-istio-"));
  try {
    const values = join(folder, "values.json");
    await writeFile(values, JSON.stringify(plan.values));
    const crds = plan.skipCrds === true ? [] : ["--include-crds"];
    const args = ["template", plan.name, archive, "--namespace", systemNamespace, "--values", values, ...crds];
    const text = await mustRun(helm, [...args, "--kube-version", kubernetes], { seconds: 120 });
    return parseManifest(text).map(hideSecretData);
  } catch (error) {
    throw new Error(
      `release ${plan.name}: its chart cannot be rendered with these values (${valuesSetting(plan.chart)}): ${lineOf(error)}`,
      { cause: error },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Renders a stack: its own objects and, with Helm, those of its releases. What cannot be had now is left out and named.
 * @param charts root that replaces the official repositories: directory or URL
 * @param kubernetes the Kubernetes version that charts are rendered for; default: {@link kubernetesOf}
 * @throws Error naming every chart that is not where the settings say, with the versions that are there
 */
export async function render(
  mesh: MeshPlan,
  charts: string | undefined,
  progress: Progress,
  kubernetes = kubernetesOf(mesh.settings.istio.version),
): Promise<Rendered> {
  const { settings } = mesh;
  const { registrations } = await record(settings, mesh);
  const plans = new Map(mesh.releases.map((plan) => [plan.name, plan]));
  const loading = { helm: lazyHelm(progress), progress, credentials: settings.chartCredentials };
  const rendered = await Promise.all(
    registrations.flatMap((registration): Promise<Rendered[number]>[] => {
      const objects = objectsOf(registration);
      if (objects.length > 0) return objects.map((object) => Promise.resolve({ kind: "object", object }));
      const planned = registration.type === releaseType ? plans.get(registration.name) : undefined;
      if (planned === undefined) return [];
      const own = charts === undefined ? planned.repositories : [repositoryUnder(charts, planned, settings.layout)];
      const plan = { ...planned, repositories: own };
      return [renderRelease(plan, loading, kubernetes)];
    }),
  );
  const lacking = rendered.flatMap((item) => (item.kind === "release" ? (item.release.lacking ?? []) : []));
  if (lacking.length > 0) throw new Error(unavailableText(settings.stack, lacking));
  return rendered;
}

async function renderRelease(plan: ReleasePlan, loading: Loading, kubernetes: string): Promise<Rendered[number]> {
  const { progress } = loading;
  const without = (reason: string) => {
    const missing = withoutCredentials(reason);
    return { kind: "release" as const, release: { plan, objects: undefined, missing } };
  };
  const helm = await loading.helm().catch((error: unknown) => ({ error: lineOf(error) }));
  if (typeof helm !== "string") return without(helm.error);
  const archive = await loadChart(plan, loading).catch((error: unknown) => error);
  if (archive instanceof ChartUnavailable) {
    // Without the chart's name: what is the same for several is said once.
    const { kind, release } = without(attemptsText(archive.attempts));
    return { kind, release: { ...release, ...(isKnownMissing(archive.attempts) ? { lacking: archive } : {}) } };
  }
  if (typeof archive !== "string") return without(lineOf(archive));
  for (const line of await valueWarnings(archive, plan)) progress(`warning: ${line}`);
  progress(`rendering ${plan.name} (chart ${plan.chart} ${plan.version})`);
  return { kind: "release", release: { plan, objects: await expand(plan, archive, helm, kubernetes) } };
}
