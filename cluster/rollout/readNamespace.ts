import type { V1PodDisruptionBudget } from "@kubernetes/client-node";
import { findOutdatedSidecars, type OutdatedSidecars } from "../../mesh/rollout/outdatedSidecars";
import type { RolloutTask } from "../../mesh/rollout/plan";
import type { NamespaceObjects } from "../../mesh/rollout/workloads";
import { isDenied, isNotFound } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";

async function budgets({ send }: Cluster, namespace: string): Promise<readonly V1PodDisruptionBudget[]> {
  for (const version of ["v1", "v1beta1"]) {
    try {
      const text = await send("GET", `/apis/policy/${version}/namespaces/${namespace}/poddisruptionbudgets`);
      return (JSON.parse(text) as { items: V1PodDisruptionBudget[] | null }).items ?? [];
    } catch (error) {
      // v1 since Kubernetes 1.21; a person without rights to budgets does without that warning.
      if (!isNotFound(error) && !isDenied(error)) throw error;
    }
  }
  return [];
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
    budgets: found,
  };
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
  const target = { version, revision: serving.revision, daemonSets };
  return Promise.all(namespaces.map(async (name) => findOutdatedSidecars(await readNamespace(cluster, name), target)));
}
