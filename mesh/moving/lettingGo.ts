import { withoutCredentials } from "../credentials";
import { helmChart } from "../install/chartSources";
import { istioRepositories } from "../install/helmReleases";
import { layoutOf, officialKialiRepositories } from "../istio/releases";
import type { Settings } from "../../settings/types";
import type { HelmRevision } from "../upgrade/gateTypes";
import { hasMark, isMarkOf, ownerMark, recordsOf } from "../upgrade/helmHistory";

/** What a stack has, as far as letting go of it needs to know. */
export interface StackHoldings {
  /** Releases that the stack's state has. */
  readonly held: readonly string[];
  /** Releases that the settings plan: those of a run that was broken off after the state was emptied. */
  readonly planned: readonly string[];
  /** Identity of the cluster that the state was made in; absent where the state does not say. */
  readonly madeIn?: string | undefined;
}

/** What is in the cluster. */
export interface ClusterHoldings {
  readonly records: readonly HelmRevision[];
  readonly cluster?: string | undefined;
  /** Objects that are parts of faults, kind and name. */
  readonly faults: readonly string[];
}

/** A Helm release that is let go of. */
export interface FreedRelease {
  readonly name: string;
  readonly chart: string;
  readonly version: string;
  readonly revision: number;
  readonly status: string;
}

/** What letting go of a stack comes to. */
export interface LettingGo {
  /** Why not, each with its way out; nothing is changed then. */
  readonly refused: readonly string[];
  readonly releases: readonly FreedRelease[];
  /** Helm's records that carry the stack's mark. */
  readonly marked: readonly HelmRevision[];
}

// Plain Helm refuses to work on a release in one of these, and the gate of `up` is what heals them.
const unfinished = /^(pending-|uninstalling)/;

/** Judges whether a stack can be let go of, and what that comes to. */
export function judgeLettingGo(stack: string, holdings: StackHoldings, found: ClusterHoldings): LettingGo {
  const { records } = found;
  const isOwn = (record: HelmRevision) => hasMark(record, records, stack);
  const names = new Set([
    ...holdings.held,
    ...holdings.planned,
    ...records.filter(isOwn).map(({ release }) => release),
  ]);
  const newest = [...names].flatMap((name) => {
    const all = recordsOf(records, name);
    const last = all.at(-1);
    const others = !all.some(isOwn) && all.some(({ description }) => description.startsWith(ownerMark("")));
    return last === undefined || others ? [] : [last];
  });
  const elsewhere =
    holdings.madeIn !== undefined && found.cluster !== undefined && holdings.madeIn !== found.cluster
      ? ["the stack was deployed to another cluster than its settings lead to now: set jam-istio:kubernetes back"]
      : [];
  const faults =
    found.faults.length === 0
      ? []
      : [`faults are active (${found.faults.join(", ")}): end them first: npx jam-istio mesh faults ${stack} --off`];
  const half = newest
    .filter(({ status }) => unfinished.test(status))
    .map(({ release, status }) => {
      // The gate of `up` refuses it, and says how to have it installed again.
      const way =
        status === "uninstalling"
          ? `to remove the mesh: npx jam-istio down ${stack}; to keep it: what npx jam-istio up ${stack} says`
          : `npx jam-istio up ${stack}`;
      return `release ${release} is ${status}: plain Helm would refuse to go on from there. Finish it first: ${way}`;
    });
  return {
    refused: [...elsewhere, ...faults, ...half],
    releases: newest
      .sort((a, b) => a.modifiedAt - b.modifiedAt)
      .map(({ release: name, chart, chartVersion: version, revision, status }) => ({
        ...{ name, chart, version, revision, status },
      })),
    marked: records.filter(({ description }) => isMarkOf(description, stack)),
  };
}

/** What Helm itself would have written in the place of a mark. */
export const plainDescription = ({ revision }: Pick<HelmRevision, "revision">) =>
  revision === 1 ? "Install complete" : "Upgrade complete";

/** A word for a shell. */
const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

function chartArguments({ chart, version }: FreedRelease, settings: Settings): string {
  const { kiali, istio } = settings;
  const own = kiali.chartRepository?.replaceAll("{version}", istio.version);
  const layout = layoutOf(version) ?? settings.layout;
  const [repository = ""] =
    chart === "kiali-server"
      ? own === undefined
        ? officialKialiRepositories
        : [own]
      : istioRepositories({ ...settings, layout }, version);
  return helmChart({ chart, version }, withoutCredentials(repository)).map(quoted).join(" ");
}

/** The commands with which plain Helm goes on, in the order of the releases. */
export function helmCommands(releases: readonly FreedRelease[], settings: Settings): readonly string[] {
  const { context, kubeconfig } = settings.kubernetes;
  const where = [
    "--namespace istio-system",
    ...(kubeconfig === undefined ? [] : [`--kubeconfig ${quoted(kubeconfig)}`]),
    ...(context === undefined ? [] : [`--kube-context ${quoted(context)}`]),
  ].join(" ");
  return releases.flatMap((release) => [
    `helm get values ${release.name} -o yaml ${where} > ${release.name}-values.yaml`,
    `helm upgrade ${release.name} ${chartArguments(release, settings)} -f ${release.name}-values.yaml ${where}`,
  ]);
}
