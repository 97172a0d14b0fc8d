import type { V1Pod } from "@kubernetes/client-node";
import { defaultRevision } from "../istio/controlPlanes";
import { unreadable } from "../istio/images";
import { countProxies, isLive, isPinned, proxyRevision, proxyVersion, type Counts } from "../istio/proxies";
import { downtime } from "./downtime";
import { nameOf, obstacle, ownerOf, progressOf, workloadsOf, type NamespaceObjects, type Workload } from "./workloads";

/** The annotation of a pod template with which a workload was restarted: the version that it was restarted for. */
export const restartAnnotation = "jam-istio/restarted-for";

/** A workload that a rollout restarts. */
export interface Restart {
  readonly workload: Workload;
  /** `Deployment dev701/ps`. */
  readonly name: string;
  /** Value for {@link restartAnnotation}; the one it has where an interrupted rollout restarted it already. */
  readonly value: string;
  /** Whether the template has the value already: only waiting is left. */
  readonly begun: boolean;
  /** Why it may be without a ready pod for a moment. */
  readonly downtime?: string;
}

/** What a namespace's data plane looks like. */
export interface OutdatedSidecars {
  readonly proxies: Counts;
  readonly restarts: readonly Restart[];
  /** Outdated proxies that no restart replaces, one line each. */
  readonly notRestartable: readonly string[];
}

/** What a rollout may do. */
export interface SidecarTarget {
  /** The version that proxies should have. */
  readonly version: string;
  /** The revision of the control plane that they should be connected to; `default` for the one without. */
  readonly revision: string;
  /** The revision that each revision tag stands for; `undefined` where they may not be read. */
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly daemonSets: boolean;
}

/**
 * The value with which a workload is restarted. The same at every try, so that an interrupted rollout does nothing twice;
 * a new one only where a finished restart for this version left outdated proxies.
 */
function restartValue(workload: Workload, wanted: string): { readonly value: string; readonly begun: boolean } {
  const { kind, object } = workload;
  // A Rollout's template stays as it is: a change of it would begin a canary, or a switch from blue to green.
  const metadata = kind === "Rollout" ? object.metadata : object.spec?.template.metadata;
  const now = metadata?.annotations?.[restartAnnotation] ?? "";
  const [base, turn = "1"] = now.split("/");
  if (base !== wanted) return { value: wanted, begun: false };
  if (!progressOf(workload).settled) return { value: now, begun: true };
  return { value: `${wanted}/${String(Number(turn) + 1)}`, begun: false };
}

/** Revision, or tag of one, that a pod asks for by its own label; `undefined` where it asks for none. */
export const askedRevision = ({ metadata }: V1Pod) => metadata?.labels?.["istio.io/rev"];

/** Why a pod has no workload that could be restarted. */
function whyNone(owner: ReturnType<typeof ownerOf>, { rollouts }: NamespaceObjects): string {
  if (owner === undefined) return "it has no controller";
  const unread = owner.kind === "Rollout" && rollouts === undefined;
  return `its ${owner.kind} ${owner.name} ${unread ? "may not be read (rollouts.argoproj.io)" : "cannot be restarted"}`;
}

/** Finds what is outdated in a namespace, and what replaces it. */
export function findOutdatedSidecars(
  objects: NamespaceObjects,
  { version, revision, tags, daemonSets }: SidecarTarget,
): OutdatedSidecars {
  const wanted = revision === defaultRevision ? version : `${version}@${revision}`;
  const workloads = new Map(workloadsOf(objects).map((workload) => [workload.object.metadata?.uid ?? "", workload]));
  const outdated = objects.pods.filter((pod) => {
    const proxy = proxyVersion(pod);
    // An image that a workload chose by annotation, or without a version, is none of ours.
    if (!isLive(pod) || proxy === undefined || proxy === unreadable || isPinned(pod)) return false;
    // A pod that asks for another revision by its label is that one's; without a view of the tags, what came from this one.
    const asked = askedRevision(pod) ?? revision;
    if ((tags?.[asked] ?? asked) !== revision && (tags !== undefined || proxyRevision(pod) !== revision)) return false;
    return proxy !== version || proxyRevision(pod) !== revision;
  });
  const restarts = new Map<Workload, Restart>();
  const left = new Set<string>();
  for (const pod of outdated) {
    const owner = ownerOf(pod, objects.replicaSets);
    const workload = workloads.get(owner?.uid ?? "");
    const podName = `Pod ${objects.namespace}/${pod.metadata?.name ?? ""}`;
    const asked = askedRevision(pod) ?? revision;
    if (asked !== revision && tags === undefined) {
      left.add(
        `${podName}: its label istio.io/rev is ${asked}, and it may not be read which revision that tag stands for ` +
          "(MutatingWebhookConfigurations)",
      );
      continue;
    }
    if (workload === undefined) {
      left.add(`${podName}: ${whyNone(owner, objects)}`);
      continue;
    }
    const name = nameOf(workload);
    const why =
      obstacle(workload) ?? (workload.kind === "DaemonSet" && !daemonSets ? "rollout.daemonSets is false" : undefined);
    if (why !== undefined) {
      left.add(`${name}: ${why}`);
      continue;
    }
    const down = downtime(workload, objects);
    const restart = { workload, name, ...restartValue(workload, wanted) };
    restarts.set(workload, down === undefined ? restart : { ...restart, downtime: down });
  }
  return {
    proxies: countProxies(objects.pods),
    restarts: [...restarts.values()].sort((a, b) => a.name.localeCompare(b.name, "en")),
    notRestartable: [...left].sort(),
  };
}
