import type {
  V1DaemonSet,
  V1Deployment,
  V1DeploymentCondition,
  V1LabelSelector,
  V1ObjectMeta,
  V1OwnerReference,
  V1Pod,
  V1PodDisruptionBudget,
  V1PodTemplateSpec,
  V1ReplicaSet,
  V1StatefulSet,
} from "@kubernetes/client-node";

/**
 * A Rollout, as far as a restart looks at it.
 * @see https://argo-rollouts.readthedocs.io/en/stable/features/specification/
 */
export interface ArgoRollout {
  readonly metadata?: V1ObjectMeta;
  readonly spec?: {
    readonly replicas?: number;
    readonly selector: V1LabelSelector;
    /** Absent where it points to another object's. */
    readonly template?: V1PodTemplateSpec;
    readonly strategy?: Readonly<Record<string, { readonly maxUnavailable?: string | number }>>;
    /** Pods from before this moment are replaced; seconds, ISO 8601. */
    readonly restartAt?: string;
  };
  readonly status?: { readonly restartedAt?: string; readonly availableReplicas?: number };
}

/** What a namespace holds, as far as a rollout looks at it. */
export interface NamespaceObjects {
  readonly namespace: string;
  readonly pods: readonly V1Pod[];
  readonly replicaSets: readonly V1ReplicaSet[];
  readonly deployments: readonly V1Deployment[];
  readonly statefulSets: readonly V1StatefulSet[];
  readonly daemonSets: readonly V1DaemonSet[];
  /** Of Argo Rollouts; `undefined` where they may not be read. */
  readonly rollouts: readonly ArgoRollout[] | undefined;
  readonly budgets: readonly V1PodDisruptionBudget[];
}

/** Kinds that can be restarted. */
export type Kind = "Deployment" | "StatefulSet" | "DaemonSet" | "Rollout";

/** A workload object of one of the kinds. */
export type Workload =
  | { readonly kind: "Deployment"; readonly object: V1Deployment }
  | { readonly kind: "StatefulSet"; readonly object: V1StatefulSet }
  | { readonly kind: "DaemonSet"; readonly object: V1DaemonSet }
  | { readonly kind: "Rollout"; readonly object: ArgoRollout };

/** `Deployment dev701/ps`. */
export const nameOf = ({ kind, object }: Workload) =>
  `${kind} ${object.metadata?.namespace ?? ""}/${object.metadata?.name ?? ""}`;

/** The workloads of a namespace that can be restarted. */
export function workloadsOf(objects: NamespaceObjects): readonly Workload[] {
  return [
    ...objects.deployments.map((object) => ({ kind: "Deployment" as const, object })),
    ...objects.statefulSets.map((object) => ({ kind: "StatefulSet" as const, object })),
    ...objects.daemonSets.map((object) => ({ kind: "DaemonSet" as const, object })),
    ...(objects.rollouts ?? []).map((object) => ({ kind: "Rollout" as const, object })),
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

/** The annotation with which a person says of a workload whether it may be restarted: `"false"` or `"true"`. */
const wishAnnotation = "jam-istio/restart";

/** Why a workload is not to be restarted by this program; `undefined` where it may be. */
export function keptFromRestart({ object: { metadata } }: Workload): string | undefined {
  const wish = metadata?.annotations?.[wishAnnotation];
  if (wish === "false") return `its annotation ${wishAnnotation} is "false"`;
  const owner = controllerOf(metadata?.ownerReferences);
  if (owner === undefined || wish === "true") return undefined;
  return (
    `${owner.kind} ${owner.name} controls it and may undo a restart. Restart it by that, or, where it leaves restarts ` +
    `alone, annotate it with ${wishAnnotation}: "true"`
  );
}

/** Why the restart of a workload would not replace its pods, or is not to be; `undefined` where it does. */
export function obstacle(workload: Workload): string | undefined {
  const { kind, object } = workload;
  const kept = keptFromRestart(workload);
  if (kept !== undefined) return kept;
  const spec = object.spec?.template?.spec;
  const proxy = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find(
    ({ name }) => name === "istio-proxy",
  );
  // A gateway leaves its image to the injector.
  if (proxy !== undefined && proxy.image !== "auto") return "its proxy stands in its own template";
  if (kind === "Deployment") return object.spec?.paused === true ? "it is paused" : undefined;
  // It restarts also where it is paused.
  if (kind === "Rollout") return undefined;
  const strategy = object.spec?.updateStrategy;
  if (strategy?.type === "OnDelete") return "its updateStrategy is OnDelete";
  const partition = kind === "StatefulSet" ? (object.spec?.updateStrategy?.rollingUpdate?.partition ?? 0) : 0;
  return partition > 0 ? `its updateStrategy has partition ${String(partition)}` : undefined;
}

/** How far the last change of a workload's template has come. */
export interface Progress {
  readonly settled: boolean;
  /** For a person: `1 of 2 ready`. */
  readonly text: string;
  /** Why it will not come further, where Kubernetes says so, and since when, in milliseconds since 1970. */
  readonly stuck?: { readonly text: string; readonly since: number };
}

function stuckBy({ message = "progress deadline exceeded", lastUpdateTime }: V1DeploymentCondition) {
  // A Date from the client's lists, a text from the API server itself.
  return { text: message, since: lastUpdateTime === undefined ? 0 : new Date(lastUpdateTime).getTime() };
}

/** Reads it from the workload's status. @see https://kubernetes.io/docs/reference/kubectl/generated/kubectl_rollout/kubectl_rollout_status/ */
export function progressOf({ kind, object }: Workload): Progress {
  if (kind === "Rollout") {
    const all = object.spec?.replicas ?? 1;
    const done = Math.min(all, object.status?.availableReplicas ?? 0);
    const settled = object.spec?.restartAt === object.status?.restartedAt && done >= all;
    return { settled, text: `${String(done)} of ${String(all)} ready` };
  }
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
    ...(seen && late !== undefined ? { stuck: stuckBy(late) } : {}),
  };
}
