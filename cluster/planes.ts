import { controlPlanes, type ControlPlane } from "../mesh/planes";
import { systemNamespace as namespace } from "../mesh/values";
import type { Cluster } from "./kubernetes";

/** Selects Deployments and pods of control planes, of both layouts. */
export const planeSelector = "app in (istiod,pilot)";

/** The control planes that run. */
export async function readPlanes({ apps, core }: Cluster): Promise<readonly ControlPlane[]> {
  const [deployments, pods] = await Promise.all([
    apps.listNamespacedDeployment({ namespace, labelSelector: planeSelector }),
    core.listNamespacedPod({ namespace, labelSelector: planeSelector }),
  ]);
  return controlPlanes(deployments.items, pods.items);
}
