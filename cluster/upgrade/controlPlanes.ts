import { controlPlanes, type ControlPlane } from "../../mesh/istio/controlPlanes";
import { systemNamespace as namespace } from "../../mesh/istio/names";
import type { Cluster } from "../client/kubernetesClient";

/** Selects Deployments and pods of control planes, of both layouts. */
export const controlPlaneSelector = "app in (istiod,pilot)";

/** The control planes that run. */
export async function readControlPlanes({ apps, core }: Cluster): Promise<readonly ControlPlane[]> {
  const [deployments, pods] = await Promise.all([
    apps.listNamespacedDeployment({ namespace, labelSelector: controlPlaneSelector }),
    core.listNamespacedPod({ namespace, labelSelector: controlPlaneSelector }),
  ]);
  return controlPlanes(deployments.items, pods.items);
}
