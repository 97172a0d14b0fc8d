import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import { defaultRevision } from "../istio/controlPlanes";
import { systemNamespace } from "../istio/names";
import { isLive, proxyRevisions, proxyVersion } from "../istio/proxies";
import { injectionLabel as injection } from "../rollout/injectionLabel";

/** A namespace, as far as its labels say who serves it. */
export interface LabelledNamespace {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** A name that stands for a revision: namespaces that are labelled with it move when it is pointed to another one. */
export interface RevisionTag {
  readonly tag: string;
  readonly revision: string;
  /** The Helm release that made it, with which it goes; absent where istioctl did. */
  readonly release?: string | undefined;
}

/** What of a cluster tells who uses its control planes. */
export interface MeshUse {
  readonly pods: readonly V1Pod[];
  readonly namespaces: readonly LabelledNamespace[];
  /** Deployments that a control plane made for Gateways of the Gateway API, waypoints among them. */
  readonly gateways: readonly V1Deployment[];
  readonly tags: readonly RevisionTag[];
  /** Helm releases in istio-system that are not the stack's. */
  readonly releases: readonly string[];
  /** What may not be read, and why not: of that nothing is known. */
  readonly unread: readonly string[];
}

const revisionLabel = "istio.io/rev";
const managed = "gateway.istio.io/managed";

/** The label by which a namespace asks for sidecars; `istio-injection` wins over `istio.io/rev`, whatever its value. */
function askingLabel({ labels = {} }: LabelledNamespace): string | undefined {
  if (labels[injection] !== undefined) return labels[injection] === "enabled" ? injection : undefined;
  return labels[revisionLabel] === undefined || labels[revisionLabel] === "" ? undefined : revisionLabel;
}

const labelText = ({ labels = {} }: LabelledNamespace, key: string) => `label ${key}=${labels[key] ?? ""}`;

const isAmbient = ({ labels = {} }: LabelledNamespace) => labels["istio.io/dataplane-mode"] === "ambient";

const counted = (count: number, what: string) => `${String(count)} ${what}`;

/** Lines by namespace: `namespace legacy (label istio-injection=enabled, 3 proxies)`. */
class ByNamespace {
  readonly #reasons = new Map<string, string[]>();

  public add(namespace: string, reason: string): void {
    this.#reasons.set(namespace, [...(this.#reasons.get(namespace) ?? []), reason]);
  }

  public lines(): readonly string[] {
    return [...this.#reasons]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([namespace, reasons]) => `namespace ${namespace} (${reasons.join(", ")})`);
  }
}

function addProxies(found: ByNamespace, pods: readonly V1Pod[]): void {
  const counts = new Map<string, number>();
  for (const { metadata } of pods)
    counts.set(metadata?.namespace ?? "", (counts.get(metadata?.namespace ?? "") ?? 0) + 1);
  for (const [namespace, count] of counts) found.add(namespace, count === 1 ? "1 proxy" : counted(count, "proxies"));
}

function addGateways(found: ByNamespace, gateways: readonly V1Deployment[]): void {
  // One that has pods is counted by them.
  for (const { metadata, spec } of gateways)
    if (spec?.replicas === 0) found.add(metadata?.namespace ?? "", `gateway ${metadata?.name ?? ""}, scaled to zero`);
}

const hasProxy = (pod: V1Pod) => isLive(pod) && proxyVersion(pod) !== undefined;

const isManaged = ({ metadata }: V1Pod | V1Deployment) => metadata?.labels?.[managed] !== undefined;

/** Which control plane is asked about. */
export interface Asked {
  /** Its revision; `default` for the one without. */
  readonly revision: string;
  /** Its Helm release. */
  readonly release: string;
  /** The instance's namespace whose label this run sets, and the revision that serves it from then on. */
  readonly own?: { readonly namespace: string; readonly revision: string } | undefined;
  /** How many proxies are connected to it, those outside of the cluster among them; 0 where that is not known. */
  readonly connections: number;
}

/**
 * Who still needs a control plane, a line each; none: it can go.
 * @see https://istio.io/latest/docs/setup/upgrade/canary/
 */
export function usersOf(use: MeshUse, { revision, release, own, connections }: Asked): readonly string[] {
  const tags = new Map(use.tags.map((one) => [one.tag, one.revision]));
  const isIts = (name: string) => (tags.get(name) ?? name) === revision || name === revision;
  const found = new ByNamespace();
  if (own !== undefined && isIts(own.revision)) found.add(own.namespace, "this stack's settings");
  for (const namespace of use.namespaces.filter(({ name }) => name !== own?.namespace)) {
    const label = askingLabel(namespace);
    if (label === injection && (tags.get(defaultRevision) ?? defaultRevision) === revision)
      found.add(namespace.name, labelText(namespace, label));
    else if (label === revisionLabel && isIts(namespace.labels?.[revisionLabel] ?? ""))
      found.add(namespace.name, labelText(namespace, label));
  }
  const pods = use.pods.filter((pod) => hasProxy(pod) && proxyRevisions(pod).some(isIts));
  addProxies(found, pods);
  addGateways(
    found,
    use.gateways.filter(({ spec }) => proxyRevisions({ metadata: spec?.template.metadata }).some(isIts)),
  );
  const pointing = use.tags.filter((one) => one.revision === revision && one.release !== release);
  const outside = connections - proxiesSeen(use, revision);
  return [
    ...found.lines(),
    ...pointing.map(({ tag }) => `revision tag ${tag}`),
    ...(outside > 0 ? [`${counted(outside, "connections")} from outside of the cluster (metric pilot_xds)`] : []),
  ];
}

/**
 * Who of the cluster uses the mesh beside the instance that owns it, a line each; none: it can be removed.
 * @param namespace the instance's own, which is left out
 */
export function dependents(use: MeshUse, namespace: string): readonly string[] {
  const found = new ByNamespace();
  for (const one of use.namespaces) {
    if (one.name === namespace || one.name === systemNamespace) continue;
    const label = askingLabel(one);
    if (label !== undefined) found.add(one.name, labelText(one, label));
    if (isAmbient(one)) found.add(one.name, labelText(one, "istio.io/dataplane-mode"));
  }
  // What runs in istio-system is the mesh's own, but for what a Gateway asked for.
  const isOthers = (object: V1Pod | V1Deployment) =>
    object.metadata?.namespace !== namespace && (object.metadata?.namespace !== systemNamespace || isManaged(object));
  addProxies(
    found,
    use.pods.filter((pod) => hasProxy(pod) && isOthers(pod)),
  );
  addGateways(found, use.gateways.filter(isOthers));
  return [...found.lines(), ...use.releases.map((name) => `Helm release ${name} in istio-system`)];
}

/** How many proxies the cluster shows that a control plane may be serving: its sidecars, gateways and ztunnels. */
function proxiesSeen({ pods }: MeshUse, revision: string): number {
  const isZtunnel = ({ metadata }: V1Pod) => metadata?.labels?.["app"] === "ztunnel";
  // One that is being deleted stays connected until it is gone.
  const isDone = ({ status }: V1Pod) => status?.phase === "Succeeded" || status?.phase === "Failed";
  return pods.filter(
    (pod) =>
      !isDone(pod) && (isZtunnel(pod) || proxyVersion(pod) !== undefined) && proxyRevisions(pod).includes(revision),
  ).length;
}
