import type { V1Pod } from "@kubernetes/client-node";
import type { LabControlPlane } from "../lab/controlPlane";
import { countProxies, type Counts } from "../mesh/istio/proxies";

/** The proxies of a namespace, by version. */
export async function proxyVersions(plane: LabControlPlane, namespace: string): Promise<Counts> {
  const { items } = JSON.parse(await plane.kubectl("get", "pods", "-n", namespace, "-o", "json")) as { items: V1Pod[] };
  return countProxies(items);
}
