import type { V1Pod } from "@kubernetes/client-node";
import { isVersion } from "../../../istio/controlPlanes";
import { systemNamespace } from "../../../istio/names";
import { hasLabels, proxyContainer } from "../../../istio/pods";
import { isLive, proxyVersion } from "../../../istio/proxies";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { objectName } from "../../objects";
import type { EnvoyFilter, EnvoyPatch } from "../../policies";
import { byAge } from "../../whoWins";

const patchesOf = ({ spec }: EnvoyFilter) => spec.configPatches ?? [];

/** Whether Istio's own charts brought it: there is one for each of many versions. */
const isIstios = ({ metadata: { namespace, name, labels = {} } }: EnvoyFilter) =>
  namespace === systemNamespace &&
  (/^(tcp-)?(stats-filter|metadata-exchange)-/.test(name) ||
    Object.keys(labels).some((key) => key.startsWith("operator.istio.io/") || key === "istio.io/rev"));

/** The pods whose proxies it is for. */
const reach = ({ metadata: { namespace }, spec }: EnvoyFilter, pods: readonly V1Pod[]) =>
  pods.filter(
    (pod) =>
      (namespace === systemNamespace || pod.metadata?.namespace === namespace) &&
      hasLabels(pod.metadata?.labels, spec.workloadSelector?.labels) &&
      isLive(pod) &&
      proxyContainer(pod) !== undefined,
  );

/** Longer ones match no proxy in istiod, either (maxProxyVersionLen in its code); these are enough for every version. */
const longest = 200;

/** Whether a pattern is for one of some versions; `undefined`: that cannot be told. */
function matchesAny(pattern: string, versions: readonly string[]): boolean | undefined {
  if (pattern.length > longest) return undefined;
  try {
    const expression = new RegExp(pattern);
    return versions.some((version) => expression.test(version));
  } catch {
    // Written for Go, whose patterns differ.
    return undefined;
  }
}

/**
 * A filter all of whose patches are for proxies of a version that no proxy has.
 * @see https://github.com/istio/istio pilot/pkg/model/envoyfilter.go, proxyMatch
 */
function judgeVersion(
  filter: EnvoyFilter,
  all: readonly EnvoyFilter[],
  { pods, podsUnseen }: Evidence,
): readonly Hit[] {
  if (podsUnseen && filter.metadata.namespace === systemNamespace) return [];
  const versions = [...new Set(reach(filter, pods).map(proxyVersion))];
  if (versions.length === 0 || !versions.every(isVersion)) return [];
  const known = versions as readonly string[];
  const patterns = (one: EnvoyFilter) => patchesOf(one).map(({ match }) => match?.proxy?.proxyVersion ?? "");
  const applies = (one: EnvoyFilter) => patterns(one).some((pattern) => matchesAny(pattern, known) !== false);
  if (patchesOf(filter).length === 0 || applies(filter)) return [];
  // One for each version is a way to write them: then the one for what runs is what counts.
  const kinds = patchesOf(filter).map(({ applyTo }) => applyTo);
  const sibling = all.some(
    (one) =>
      one !== filter &&
      one.metadata.namespace === filter.metadata.namespace &&
      patchesOf(one).some(
        ({ applyTo, match }) => kinds.includes(applyTo) && match?.proxy?.proxyVersion !== undefined,
      ) &&
      applies(one),
  );
  if (sibling) return [];
  return [
    {
      code: "filter-version",
      object: objectName(filter),
      evidence: `proxyVersion ${[...new Set(patterns(filter))].join(", ")}; proxies in its reach: ${known.join(", ")}`,
      sentence: "it is for proxies of a version that none has: it does nothing, and nothing says so",
      remedy: "change match.proxy.proxyVersion to the versions that run, once the patch fits them",
    },
  ];
}

const insertions = ["ADD", "INSERT_BEFORE", "INSERT_AFTER", "INSERT_FIRST"];
const relative = ["INSERT_BEFORE", "INSERT_AFTER", "REPLACE", "REMOVE"];

/** The filter to which a patch is relative, by name; `undefined`: to none. */
function anchorOf({ applyTo, match, patch }: EnvoyPatch): string | undefined {
  if (!relative.includes(patch?.operation ?? "")) return undefined;
  const filter = match?.listener?.filterChain?.filter;
  return applyTo === "HTTP_FILTER" ? filter?.subFilter?.name : applyTo === "NETWORK_FILTER" ? filter?.name : undefined;
}

/** The order in which istiod takes them for a proxy. @see https://github.com/istio/istio pilot/pkg/model/push_context.go, EnvoyFilters */
function inOrder(a: EnvoyFilter, b: EnvoyFilter): number {
  const isRoot = ({ metadata: { namespace } }: EnvoyFilter) => (namespace === systemNamespace ? 0 : 1);
  return (a.spec.priority ?? 0) - (b.spec.priority ?? 0) || isRoot(a) - isRoot(b) || byAge(a, b);
}

const inserts = (one: EnvoyFilter, name: string, applyTo: string | undefined) =>
  patchesOf(one).some(
    ({ applyTo: kind, patch }) =>
      kind === applyTo && insertions.includes(patch?.operation ?? "") && patch?.value?.name === name,
  );

/**
 * A patch that stands relative to a filter which only a later EnvoyFilter brings: when its turn comes the filter is not there, and istiod
 * passes the patch over. What Istio or Envoy call their own filters begins with their names.
 * @see https://github.com/istio/istio pilot/pkg/networking/core/envoyfilter/listener_patch.go, patchHTTPFilters
 */
function judgeOrder(filter: EnvoyFilter, all: readonly EnvoyFilter[]): readonly Hit[] {
  const near = all.filter(({ metadata }) => [systemNamespace, filter.metadata.namespace].includes(metadata.namespace));
  for (const patch of patchesOf(filter)) {
    const anchor = anchorOf(patch);
    if (anchor === undefined || /^(envoy|istio)\b/.test(anchor) || inserts(filter, anchor, patch.applyTo)) continue;
    const bringing = near.filter((one) => inserts(one, anchor, patch.applyTo)).sort(inOrder);
    const [first] = bringing;
    if (first === undefined || inOrder(first, filter) < 0) continue;
    return [
      {
        code: "filter-order",
        object: objectName(filter),
        evidence: `${patch.patch?.operation ?? ""} at ${anchor}, which ${objectName(first)} adds; priority ${String(filter.spec.priority ?? 0)} and ${String(first.spec.priority ?? 0)}`,
        sentence: `it comes before ${objectName(first)}, whose filter ${anchor} it refers to: that is not there yet, and the patch is passed over`,
        remedy: `spec.priority: ${String((first.spec.priority ?? 0) + 1)}`,
      },
    ];
  }
  return [];
}

/** Judges the EnvoyFilters of the instances, and those for the whole mesh that are not Istio's own. */
export function checkEnvoyFilters(evidence: Evidence): readonly Hit[] {
  const { envoyFilters: all, instances } = evidence;
  const judged = all.filter(
    (one) => [...instances, systemNamespace].includes(one.metadata.namespace ?? "") && !isIstios(one),
  );
  return judged.flatMap((one) => [...judgeVersion(one, all, evidence), ...judgeOrder(one, all)]);
}
