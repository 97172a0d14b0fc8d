import type { V1LabelSelector, V1PodDisruptionBudget, V1ReplicaSet } from "@kubernetes/client-node";
import { askedRevision, findOutdatedSidecars, type OutdatedSidecars } from "../../mesh/rollout/outdatedSidecars";
import type { RolloutTask } from "../../mesh/rollout/plan";
import type { ArgoRollout, NamespaceObjects } from "../../mesh/rollout/workloads";
import { isDenied, isNotFound, optional } from "../client/errors";
import { listMetadata, type Cluster } from "../client/kubernetesClient";

/** @see https://kubernetes.io/docs/reference/using-api/deprecation-guide/#poddisruptionbudget-v125 */
const takesNone = (selector: V1LabelSelector | undefined) =>
  selector !== undefined &&
  Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;

async function budgets({ send }: Cluster, namespace: string): Promise<readonly V1PodDisruptionBudget[]> {
  for (const version of ["v1", "v1beta1"]) {
    try {
      const text = await send("GET", `/apis/policy/${version}/namespaces/${namespace}/poddisruptionbudgets`);
      const found = (JSON.parse(text) as { items: V1PodDisruptionBudget[] | null }).items ?? [];
      // There an empty selector takes no pod.
      return version === "v1" ? found : found.filter(({ spec }) => !takesNone(spec?.selector));
    } catch (error) {
      // v1 since Kubernetes 1.21; a person without rights to budgets does without that warning.
      if (!isNotFound(error) && !isDenied(error)) throw error;
    }
  }
  return [];
}

/** Rollouts, asked for where pods come from one; `undefined` where they may not be read. */
async function rollouts(
  { send }: Cluster,
  namespace: string,
  sets: readonly V1ReplicaSet[],
): Promise<readonly ArgoRollout[] | undefined> {
  const owners = sets.flatMap(({ metadata }) => metadata?.ownerReferences ?? []);
  if (!owners.some(({ kind, apiVersion }) => kind === "Rollout" && apiVersion.startsWith("argoproj.io/"))) return [];
  try {
    const text = await send("GET", `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/rollouts`);
    return (JSON.parse(text) as { items: ArgoRollout[] | null }).items ?? [];
  } catch (error) {
    if (isNotFound(error)) return [];
    if (isDenied(error)) return undefined;
    throw error;
  }
}

/** Reads what a rollout looks at in a namespace; all empty where the namespace is not there. */
export async function readNamespace(cluster: Cluster, namespace: string): Promise<NamespaceObjects> {
  const { core, apps } = cluster;
  const [pods, replicaSets, deployments, statefulSets, daemonSets, found] = await Promise.all([
    core.listNamespacedPod({ namespace }),
    apps.listNamespacedReplicaSet({ namespace }),
    apps.listNamespacedDeployment({ namespace }),
    apps.listNamespacedStatefulSet({ namespace }),
    apps.listNamespacedDaemonSet({ namespace }),
    budgets(cluster, namespace),
  ]);
  return {
    namespace,
    pods: pods.items,
    replicaSets: replicaSets.items,
    deployments: deployments.items,
    statefulSets: statefulSets.items,
    daemonSets: daemonSets.items,
    rollouts: await rollouts(cluster, namespace, replicaSets.items),
    budgets: found,
  };
}

/**
 * The revision that each revision tag stands for; `undefined` where they may not be read.
 * @see https://istio.io/latest/docs/setup/upgrade/canary/#stable-revision-labels
 */
async function revisionTags(cluster: Cluster): Promise<Readonly<Record<string, string>> | undefined> {
  const path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations?labelSelector=istio.io%2Ftag";
  const found = await optional(listMetadata(cluster, path));
  const tags = found?.map(({ labels = {} }) => [labels["istio.io/tag"] ?? "", labels["istio.io/rev"] ?? ""] as const);
  return tags && Object.fromEntries(tags);
}

/**
 * Finds the outdated sidecars of the rolled namespaces.
 * @param version that the sidecars should have
 */
export async function readOutdated(
  cluster: Cluster,
  { namespaces, daemonSets, serving }: Pick<RolloutTask, "namespaces" | "daemonSets" | "serving">,
  version: string,
): Promise<readonly OutdatedSidecars[]> {
  const { revision } = serving;
  const found = await Promise.all(namespaces.map((name) => readNamespace(cluster, name)));
  const others = found.some(({ pods }) => pods.some((pod) => (askedRevision(pod) ?? revision) !== revision));
  const tags = others ? await revisionTags(cluster) : {};
  return found.map((objects) => findOutdatedSidecars(objects, { version, revision, tags, daemonSets }));
}
