import { secretPlaceholder } from "../config/raw";
import { withoutCredentials } from "../mesh/credentials";
import { settingsEndNotes } from "../mesh/faults/faultsEnd";
import { effectiveHub } from "../mesh/install/helmReleases";
import { judgeKubernetes } from "../mesh/istio/kubernetesSupport";
import { hubNote } from "../mesh/istio/registries";
import { minorOf } from "../mesh/istio/releases";
import type { MeshPlan } from "../mesh/meshPlan";
import type { KubernetesObject } from "./objects";
import { kubernetesOf, type Rendered } from "./render";

/** A root of charts that replaces the official hosts, and what named it. */
export interface ChartRoot {
  readonly root: string;
  readonly from: "--charts" | "JAM_ISTIO_CHARTS";
}

/** What a person should know of a rendered stack beside its objects, a line each. */
export interface RenderNotes {
  /** What a preview would warn of, as far as the settings alone tell. */
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** Settings that name a repository of charts. */
function ownRepositories({ istio, kiali, layout }: MeshPlan["settings"]): readonly string[] {
  return [
    ...(istio.chartRepository === undefined ? [] : ["istio.chartRepository"]),
    ...(kiali.chartRepository === undefined || layout === "classic" ? [] : ["kiali.chartRepository"]),
  ];
}

function chartsNote(plan: MeshPlan, charts: ChartRoot | undefined): string {
  const own = ownRepositories(plan.settings).join(" and ");
  if (charts === undefined) return `charts come from ${own === "" ? "the official repositories" : own}`;
  const text = `charts come from ${withoutCredentials(charts.root)} (${charts.from})`;
  return own === "" ? text : `${text}, which goes before ${own}; up takes them from ${own}`;
}

function kubernetesNote({ settings: { istio } }: MeshPlan): string {
  return (
    `charts are rendered for Kubernetes ${kubernetesOf(istio.version)}, the newest that carries Istio ` +
    `${minorOf(istio.version)}: on another one a chart may make other objects`
  );
}

/** Secrets whose values are placeholders in the files. */
function hiddenSecrets(rendered: Rendered): readonly string[] {
  const objects = rendered.flatMap((item) => (item.kind === "object" ? [item.object] : (item.release.objects ?? [])));
  return objects
    .filter((object) => Object.keys((object as KubernetesObject & { stringData?: object }).stringData ?? {}).length > 0)
    .map(
      ({ kind, metadata }) =>
        `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`,
    );
}

function secretsNote(rendered: Rendered): readonly string[] {
  const secrets = hiddenSecrets(rendered);
  if (secrets.length === 0) return [];
  const text = `${secrets.join(", ")}: the values are placeholders (${secretPlaceholder}). Do not apply the files as they are`;
  return [text];
}

const warning = "warning: ";

/** What holds with and without a control plane of its own. */
function always({ settings, warnings }: MeshPlan): RenderNotes {
  const ends = settingsEndNotes(settings);
  return {
    warnings: [
      ...warnings,
      ...ends.filter((line) => line.startsWith(warning)).map((line) => line.slice(warning.length)),
    ],
    notes: ends.filter((line) => !line.startsWith(warning)),
  };
}

/** What there is to know of a rendered stack, of its settings and files alone. */
export function notesOf(plan: MeshPlan, rendered: Rendered, charts: ChartRoot | undefined): RenderNotes {
  const { istio, layout } = plan.settings;
  const own = always(plan);
  if (plan.releases.length === 0) return { ...own, notes: [...own.notes, ...secretsNote(rendered)] };
  const { refused, warnings } = judgeKubernetes(istio.version, minorOf(kubernetesOf(istio.version)), istio.allow);
  const hub = hubNote(istio.version, effectiveHub(plan.mesh.controlPlane));
  const jobs =
    "Istio's definitions (CRDs) are no files of their own: in the classic layout Jobs of release istio-init make them in the cluster";
  return {
    warnings: [...refused, ...warnings, ...own.warnings],
    notes: [
      ...own.notes,
      chartsNote(plan, charts),
      kubernetesNote(plan),
      ...(hub === undefined ? [] : [hub]),
      ...(layout === "classic" ? [jobs] : []),
      ...secretsNote(rendered),
    ],
  };
}
