import type { V1Pod } from "@kubernetes/client-node";
import { captureNamespace, nodePod, nodePodName } from "../../mesh/capture/captureObjects";
import { isNotFound } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { CaptureRefused, isPodSecurity, podSecurityText, refuseIfStopped } from "./refused";
import { waitForContainer } from "./waitForContainer";

/** How long after its capture such a pod may still be there, in seconds. */
const graceSeconds = 240;

/**
 * Starts a pod on the node of another, and waits until it runs. It may be there also where this fails.
 * @throws CaptureRefused with the way out
 */
export async function startNodePod(
  cluster: Cluster,
  target: V1Pod,
  asked: { readonly image: string; readonly seconds: number; readonly run: string; readonly signal: AbortSignal },
): Promise<void> {
  const seconds = asked.seconds + graceSeconds;
  const body = nodePod(target, asked.image, asked.run, new Date(Date.now() + seconds * 1000), seconds);
  const name = nodePodName(asked.run);
  refuseIfStopped(asked.signal);
  try {
    await cluster.send("POST", `/api/v1/namespaces/${captureNamespace}/pods`, { body });
  } catch (error) {
    if (!isPodSecurity(error)) throw error;
    throw new CaptureRefused(await podSecurityText(cluster, captureNamespace, error));
  }
  const read = async () => {
    const { status } = await cluster.core.readNamespacedPod({ namespace: captureNamespace, name });
    return status?.containerStatuses?.[0];
  };
  await waitForContainer(read, asked.signal);
}

/** Removes a pod at once; one that is gone is no failure. */
export async function removePod({ core }: Cluster, namespace: string, name: string): Promise<void> {
  try {
    await bounded("the Kubernetes API", 30, core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 1 }));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
