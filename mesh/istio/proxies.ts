import type { V1ObjectMeta, V1Pod } from "@kubernetes/client-node";
import { defaultRevision } from "./controlPlanes";
import { versionOf } from "./images";
import { proxyContainer } from "./pods";

/** How many proxies there are of each version. */
export type Counts = Readonly<Record<string, number>>;

/** Whether a pod's containers can be running: neither done nor on its way out. */
export function isLive({ metadata, status }: V1Pod): boolean {
  return metadata?.deletionTimestamp === undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed";
}

/** Version of a pod's proxy; `undefined` where it has none. */
export function proxyVersion(pod: V1Pod): string | undefined {
  const proxy = proxyContainer(pod);
  // ztunnel calls its container so, too.
  if (/(^|\/)ztunnel[:@]/.test(proxy?.image ?? "")) return undefined;
  return proxy === undefined ? undefined : versionOf(proxy.image);
}

/**
 * The names of revisions that a pod carries, the surest first: what the injector wrote down, what a control plane wrote on a
 * gateway that it made, and the label, which may be a revision tag where a person set it. `default` where it carries none.
 */
export function proxyRevisions({ metadata }: { readonly metadata?: V1ObjectMeta | undefined }): readonly string[] {
  const key = "istio.io/rev";
  const named = [injectedRevision(metadata?.annotations), metadata?.annotations?.[key], metadata?.labels?.[key]];
  const found = [...new Set(named.filter((name) => name !== undefined && name !== ""))] as string[];
  return found.length === 0 ? [defaultRevision] : found;
}

/** Revision of the control plane that a pod's proxy was injected by; `default` for the one without. */
export const proxyRevision = (pod: V1Pod): string => proxyRevisions(pod)[0] ?? defaultRevision;

function injectedRevision(annotations: Readonly<Record<string, string>> = {}): string | undefined {
  const status = annotations["sidecar.istio.io/status"];
  if (status === undefined) return undefined;
  try {
    // Injectors before revisions name none.
    return (JSON.parse(status) as { revision?: string }).revision;
  } catch {
    return undefined;
  }
}

/** Whether a pod chose the image of its proxy itself, by annotation. */
export const isPinned = ({ metadata }: V1Pod): boolean =>
  metadata?.annotations?.["sidecar.istio.io/proxyImage"] !== undefined;

/** Counts the proxies of live pods by version, wherever they sit: as a container or as an init container. */
export function countProxies(pods: readonly V1Pod[]): Counts {
  const counts: Record<string, number> = {};
  for (const version of pods.filter(isLive).map(proxyVersion)) {
    if (version !== undefined) counts[version] = (counts[version] ?? 0) + 1;
  }
  return counts;
}

/** The workload that a pod is one of, as `namespace/name`: its Deployment, StatefulSet, DaemonSet or Job, else the pod itself. */
export function workloadOf({ metadata }: V1Pod): string {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  const hash = metadata?.labels?.["pod-template-hash"];
  const name = owner?.name ?? metadata?.name ?? "";
  const suffix = owner?.kind === "ReplicaSet" && hash !== undefined ? `-${hash}` : "";
  return `${metadata?.namespace ?? ""}/${name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : name}`;
}

/** The same, by workload: `namespace/name`. */
export function countByWorkload(pods: readonly V1Pod[]): Readonly<Record<string, Counts>> {
  const byWorkload = new Map<string, V1Pod[]>();
  for (const pod of pods.filter((one) => isLive(one) && proxyVersion(one) !== undefined)) {
    const name = workloadOf(pod);
    byWorkload.set(name, [...(byWorkload.get(name) ?? []), pod]);
  }
  return Object.fromEntries([...byWorkload].map(([name, own]) => [name, countProxies(own)]));
}

/** Several counts as one. */
export function sumOfCounts(counts: readonly Counts[]): Counts {
  const sum: Record<string, number> = {};
  for (const [version, count] of counts.flatMap((one) => Object.entries(one)))
    sum[version] = (sum[version] ?? 0) + count;
  return sum;
}

/** How many there are, of whatever version. */
export const totalOf = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** As `istioctl version` says it: `1.4.6 (35 proxies), 1.4.10 (1 proxies)`. */
export function countText(counts: Counts, what = "proxies"): string {
  const parts = Object.entries(counts).sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
  return parts.map(([version, count]) => `${version} (${String(count)} ${what})`).join(", ") || `no ${what}`;
}
