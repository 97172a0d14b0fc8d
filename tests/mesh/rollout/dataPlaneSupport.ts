import type { NamespaceObjects, Workload } from "../../../mesh/rollout/workloads";

// Kubernetes objects as plain data; the client's classes are of no use to a reader.

/** What says that an object is another's. */
export const controller = (kind: string, uid: string, apiVersion = "apps/v1") => [
  { apiVersion, kind, name: uid, uid, controller: true },
];

interface PodData {
  readonly image?: string;
  readonly native?: boolean;
  readonly revision?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly owner?: readonly [kind: string, uid: string];
  readonly phase?: string;
  /** Whether it is being deleted. */
  readonly ends?: boolean;
  /** When it was made, in seconds since 1970. */
  readonly created?: number;
}

/** A running pod; with `image` it has a proxy. */
export function pod(name: string, data: PodData = {}): NamespaceObjects["pods"][number] {
  const proxy = data.image === undefined ? [] : [{ name: "istio-proxy", image: data.image }];
  const status =
    data.revision === undefined ? {} : { "sidecar.istio.io/status": JSON.stringify({ revision: data.revision }) };
  const made: unknown = {
    metadata: {
      name,
      namespace: "dev701",
      labels: data.labels ?? {},
      ...(data.ends === true ? { deletionTimestamp: new Date() } : {}),
      ...(data.created === undefined ? {} : { creationTimestamp: new Date(data.created * 1000) }),
      annotations: { ...status, ...data.annotations },
      ownerReferences: data.owner === undefined ? [] : controller(...data.owner),
    },
    spec: {
      containers: [{ name: "app" }, ...(data.native === true ? [] : proxy)],
      initContainers: data.native === true ? proxy : [],
    },
    status: { phase: data.phase ?? "Running" },
  };
  return made as NamespaceObjects["pods"][number];
}

/** A ReplicaSet of a Deployment, or of another kind. */
export function replicaSet(
  uid: string,
  owner: string,
  kind = "Deployment",
  apiVersion = "apps/v1",
): NamespaceObjects["replicaSets"][number] {
  const made: unknown = { metadata: { uid, ownerReferences: controller(kind, owner, apiVersion) } };
  return made as NamespaceObjects["replicaSets"][number];
}

/** A workload that is settled, of two replicas, unless told otherwise. */
export function workload(
  kind: Workload["kind"],
  name: string,
  spec: object = {},
  status: object = {},
  metadata: object = {},
): Workload {
  const settled = {
    observedGeneration: 3,
    replicas: 2,
    updatedReplicas: 2,
    availableReplicas: 2,
    readyReplicas: 2,
    desiredNumberScheduled: 2,
    updatedNumberScheduled: 2,
    numberAvailable: 2,
    currentRevision: "a",
    updateRevision: "a",
  };
  const made: unknown = {
    kind,
    object: {
      metadata: { name, namespace: "dev701", uid: name, generation: 3, ...metadata },
      spec: {
        replicas: 2,
        selector: {},
        template: { metadata: { labels: { app: name } }, spec: { containers: [] } },
        ...spec,
      },
      status: { ...settled, ...status },
    },
  };
  return made as Workload;
}

/** A pod template with annotations, or containers. */
export const template = (annotations: Readonly<Record<string, string>>, containers: readonly object[] = []) => ({
  template: { metadata: { annotations, labels: {} }, spec: { containers } },
});

/** What a namespace holds; nothing unless told. */
export function objects(workloads: readonly Workload[], more: Partial<NamespaceObjects> = {}): NamespaceObjects {
  const of = (kind: Workload["kind"]) => workloads.filter((one) => one.kind === kind).map(({ object }) => object);
  const made: unknown = {
    namespace: "dev701",
    pods: [],
    replicaSets: [],
    deployments: of("Deployment"),
    statefulSets: of("StatefulSet"),
    daemonSets: of("DaemonSet"),
    rollouts: of("Rollout"),
    budgets: [],
    ...more,
  };
  return made as NamespaceObjects;
}

/** A PodDisruptionBudget. */
export const budget = (spec: unknown) => ({ spec }) as NamespaceObjects["budgets"][number];
