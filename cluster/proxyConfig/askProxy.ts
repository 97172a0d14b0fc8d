import type { V1Pod } from "@kubernetes/client-node";
import { reasonOf } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";

/** Envoy's own administration, on the pod's loopback. */
export const adminPort = 15000;

/** A pod's place. */
export interface PodPlace {
  readonly namespace: string;
  readonly pod: string;
}

export const placeOf = ({ metadata }: V1Pod): PodPlace => ({
  namespace: metadata?.namespace ?? "",
  pod: metadata?.name ?? "",
});

/** The proxy of a pod does not answer: the pod is not running, or ports may not be forwarded. */
export class ProxySilent extends Error {}

/**
 * Asks the administration of a pod's proxy. Needs the right to pods/portforward.
 * @throws ProxySilent with one line where it gives no answer
 */
export async function askProxy(cluster: Cluster, place: PodPlace, path: string): Promise<string> {
  try {
    return await cluster.askPod({ ...place, port: adminPort, path });
  } catch (error) {
    throw new ProxySilent(`the proxy of pod ${place.namespace}/${place.pod} gives no answer: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
