import type {
  V1DaemonSet,
  V1Deployment,
  V1OwnerReference,
  V1Pod,
  V1PodDisruptionBudget,
  V1ReplicaSet,
  V1StatefulSet,
} from "@kubernetes/client-node";

/** What a namespace holds, as far as a rollout looks at it. */
export interface NamespaceObjects {
  readonly namespace: string;
  readonly pods: readonly V1Pod[];
  readonly replicaSets: readonly V1ReplicaSet[];
  readonly deployments: readonly V1Deployment[];
  readonly statefulSets: readonly V1StatefulSet[];
  readonly daemonSets: readonly V1DaemonSet[];
  readonly budgets: readonly V1PodDisruptionBudget[];
}

/** Kinds that can be restarted. */
export type Kind = "Deployment" | "StatefulSet" | "DaemonSet";

/** A workload object of one of the kinds. */
export type Workload =
  | { readonly kind: "Deployment"; readonly object: V1Deployment }
  | { readonly kind: "StatefulSet"; readonly object: V1StatefulSet }
  | { readonly kind: "DaemonSet"; readonly object: V1DaemonSet };

/** `Deployment dev701/ps`. */
export const nameOf = ({ kind, object }: Workload) =>
  `${kind} ${object.metadata?.namespace ?? ""}/${object.metadata?.name ?? ""}`;

/** The workloads of a namespace that can be restarted. */
export function workloadsOf(objects: NamespaceObjects): readonly Workload[] {
  return [
    ...objects.deployments.map((object) => ({ kind: "Deployment" as const, object })),
    ...objects.statefulSets.map((object) => ({ kind: "StatefulSet" as const, object })),
    ...objects.daemonSets.map((object) => ({ kind: "DaemonSet" as const, object })),
  ];
}

const controllerOf = (owners: readonly V1OwnerReference[] | undefined) => owners?.find(({ controller }) => controller);

/** The controller of a pod: of a ReplicaSet its Deployment; `undefined` for a bare pod. */
export function ownerOf({ metadata }: V1Pod, replicaSets: readonly V1ReplicaSet[]): V1OwnerReference | undefined {
  const owner = controllerOf(metadata?.ownerReferences);
  if (owner?.kind !== "ReplicaSet") return owner;
  const set = replicaSets.find((one) => one.metadata?.uid === owner.uid);
  return controllerOf(set?.metadata?.ownerReferences) ?? owner;
}

/** Why the restart of a workload would not replace its pods; `undefined` where it does. */
export function obstacle({ kind, object }: Workload): string | undefined {
  const spec = object.spec?.template.spec;
  const proxy = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find(
    ({ name }) => name === "istio-proxy",
  );
  // A gateway leaves its image to the injector.
  if (proxy !== undefined && proxy.image !== "auto") return "its proxy stands in its own template";
  if (kind === "Deployment") return object.spec?.paused === true ? "it is paused" : undefined;
  const strategy = object.spec?.updateStrategy;
  if (strategy?.type === "OnDelete") return "its updateStrategy is OnDelete";
  const partition = kind === "StatefulSet" ? (object.spec?.updateStrategy?.rollingUpdate?.partition ?? 0) : 0;
  return partition > 0 ? `its updateStrategy has partition ${String(partition)}` : undefined;
}

/** A count such as 2 or "25%" of a number of replicas. */
function resolved(value: string | number | undefined, replicas: number, round: (x: number) => number): number {
  if (typeof value === "string" && value.endsWith("%")) return round((Number(value.slice(0, -1)) / 100) * replicas);
  return Number(value ?? 0);
}

function budgetAllowsNone(
  pod: Readonly<Record<string, string>>,
  replicas: number,
  budgets: NamespaceObjects["budgets"],
) {
  return budgets.some(({ spec }) => {
    const labels = Object.entries(spec?.selector?.matchLabels ?? {});
    if (labels.length === 0 || labels.some(([key, value]) => pod[key] !== value)) return false;
    if (spec?.maxUnavailable !== undefined) return resolved(spec.maxUnavailable, replicas, Math.ceil) >= replicas;
    return resolved(spec?.minAvailable, replicas, Math.ceil) <= 0;
  });
}

/**
 * Why a restart may leave a workload without a ready pod; `undefined` where one is ready at every moment.
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
 */
export function downtime({ kind, object }: Workload, { budgets }: NamespaceObjects): string | undefined {
  // On each node its one pod ends before the new one starts.
  if (kind === "DaemonSet") return "each node is without its pod for a moment";
  const replicas = object.spec?.replicas ?? 1;
  if (kind === "Deployment") {
    const strategy = object.spec?.strategy;
    if (strategy?.type === "Recreate") return "its strategy is Recreate";
    const unavailable = strategy?.rollingUpdate?.maxUnavailable ?? "25%";
    const down = resolved(unavailable, replicas, Math.floor);
    if (replicas > 1 && down >= replicas) return `its maxUnavailable is ${String(unavailable)}`;
  }
  // Heeded by clusters that have the feature on.
  const ofSet = kind === "StatefulSet" ? object.spec?.updateStrategy?.rollingUpdate?.maxUnavailable : undefined;
  if (replicas > 1 && resolved(ofSet, replicas, Math.ceil) >= replicas) return `its maxUnavailable is ${String(ofSet)}`;
  if (replicas === 1) return "it has one replica";
  if (budgetAllowsNone(object.spec?.template.metadata?.labels ?? {}, replicas, budgets))
    return "its PodDisruptionBudget allows none to be ready: a drained node may take the rest meanwhile";
  return undefined;
}

/** How far the last change of a workload's template has come. */
export interface Progress {
  readonly settled: boolean;
  /** For a person: `1 of 2 ready`. */
  readonly text: string;
  /** Why it will not come further, where Kubernetes says so. */
  readonly stuck?: string;
}

/** Reads it from the workload's status. @see https://kubernetes.io/docs/reference/kubectl/generated/kubectl_rollout/kubectl_rollout_status/ */
export function progressOf({ kind, object }: Workload): Progress {
  const seen = (object.status?.observedGeneration ?? 0) >= (object.metadata?.generation ?? 0);
  if (kind === "DaemonSet") {
    const all = object.status?.desiredNumberScheduled ?? 0;
    const done = Math.min(object.status?.updatedNumberScheduled ?? 0, object.status?.numberAvailable ?? 0);
    return { settled: seen && done >= all, text: `${String(done)} of ${String(all)} ready` };
  }
  const replicas = object.spec?.replicas ?? 1;
  const updatedReplicas = object.status?.updatedReplicas ?? 0;
  const ready = (kind === "Deployment" ? object.status?.availableReplicas : object.status?.readyReplicas) ?? 0;
  const moved =
    kind === "Deployment"
      ? (object.status?.replicas ?? 0) === updatedReplicas
      : object.status?.currentRevision === object.status?.updateRevision || updatedReplicas === replicas;
  // Of the ready ones some may be old: as many as there are at the most.
  const old = Math.max(0, (object.status?.replicas ?? 0) - updatedReplicas);
  const text = `${String(Math.max(0, Math.min(updatedReplicas, ready - old)))} of ${String(replicas)} ready`;
  const late =
    kind === "Deployment"
      ? object.status?.conditions?.find(
          ({ type, reason }) => type === "Progressing" && reason === "ProgressDeadlineExceeded",
        )
      : undefined;
  const settled = seen && updatedReplicas >= replicas && ready >= replicas && moved;
  return {
    settled,
    text,
    ...(seen && late !== undefined ? { stuck: late.message ?? "progress deadline exceeded" } : {}),
  };
}
