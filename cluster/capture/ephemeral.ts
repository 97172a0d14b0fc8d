import type { V1Pod } from "@kubernetes/client-node";
import { findHolder, holder } from "../../mesh/capture/captureObjects";
import type { Cluster } from "../client/kubernetesClient";
import { CaptureRefused, isPodSecurity, podSecurityText, refuseIfStopped } from "./refused";
import { waitForContainer } from "./waitForContainer";

async function add({ send }: Cluster, pod: V1Pod, name: string, image: string, netRaw: boolean) {
  const { metadata } = pod;
  const path = `/api/v1/namespaces/${metadata?.namespace ?? ""}/pods/${metadata?.name ?? ""}/ephemeralcontainers`;
  const ephemeralContainers = [holder(pod, name, image, netRaw)];
  // Beside those that are there by now.
  await send("PATCH", path, { body: { spec: { ephemeralContainers } }, patch: "strategic" });
}

/**
 * Finds the ephemeral container in which captures of a pod run, or adds it.
 * @returns its name
 * @throws CaptureRefused with the way out
 */
export async function ensureHolder(
  cluster: Cluster,
  pod: V1Pod,
  { image, seconds, signal }: { readonly image: string; readonly seconds: number; readonly signal: AbortSignal },
): Promise<string> {
  const { running, next } = findHolder(pod, seconds, Date.now());
  if (running !== undefined) return running;
  const [name, namespace] = [pod.metadata?.name ?? "", pod.metadata?.namespace ?? ""];
  refuseIfStopped(signal);
  try {
    await add(cluster, pod, next, image, true);
  } catch (error) {
    if (!isPodSecurity(error)) throw error;
    // What a runtime leaves to every container may do: containerd and Docker leave the right to read packets.
    await add(cluster, pod, next, image, false).catch(async (again: unknown) => {
      if (!isPodSecurity(again)) throw again;
      throw new CaptureRefused(await podSecurityText(cluster, namespace, again));
    });
  }
  const read = async () => {
    const { status } = await cluster.core.readNamespacedPod({ namespace, name });
    return status?.ephemeralContainerStatuses?.find((one) => one.name === next);
  };
  await waitForContainer(read, signal).catch((error: unknown) => {
    if (!(error instanceof CaptureRefused)) throw error;
    throw new CaptureRefused(`${error.message}. The ephemeral container ${next} stays in the pod`);
  });
  return next;
}
