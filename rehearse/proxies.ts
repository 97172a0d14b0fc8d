import type { V1Pod } from "@kubernetes/client-node";
import { proxyContainer } from "../mesh/pods";
import type { ControlPlane } from "../lab/controlPlane";

/** Counts the pods of a namespace by the version of their proxy, which is a container or an init container. */
export function countProxies(pods: readonly V1Pod[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const pod of pods) {
    const proxy = proxyContainer(pod);
    if (proxy === undefined) continue;
    const version = proxy.image?.split(":").at(-1) ?? "";
    counts[version] = (counts[version] ?? 0) + 1;
  }
  return counts;
}

/** The proxies of a namespace, by version. */
export async function proxyVersions(plane: ControlPlane, namespace: string): Promise<Readonly<Record<string, number>>> {
  const { items } = JSON.parse(await plane.kubectl("get", "pods", "-n", namespace, "-o", "json")) as { items: V1Pod[] };
  return countProxies(items);
}
