import type { V1Pod } from "@kubernetes/client-node";
import { setTimeout as sleep } from "node:timers/promises";
import { proxyContainer } from "../../mesh/istio/pods";
import { hasEphemeral } from "../client/ephemeralContainers";
import { refusalOf } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";
import { placeOf } from "../proxyConfig/askProxy";

/** How long one runs, in seconds: the questions of a few minutes share it. */
const runs = 300;
/** How long its image may take, in seconds. */
const startSeconds = 60;

/** Who the container is: another user than the proxy's is captured by the sidecar, the proxy's own is not. */
export interface EphemeralUser {
  /** Begin of its name. */
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The image of a proxy with a shell: the distroless one has none. */
const withShell = (image: string) => image.replace(/@sha256:.*$/, "").replace(/-distroless$/, "");

const running = (pod: V1Pod, prefix: string) =>
  pod.status?.ephemeralContainerStatuses?.find(
    ({ name, state }) => name.startsWith(prefix) && state?.running !== undefined,
  )?.name;

/**
 * Finds a container of this program in a pod that still runs, or adds one, with the proxy's image. Kubernetes has no way to take it out
 * again: it ends by itself and stays listed in the pod until the pod is gone. It fits the Pod Security Standard "restricted".
 * @throws Error with one line where there are none (Kubernetes before 1.23), a policy forbids it, or it does not start
 */
export async function ephemeralContainer(
  cluster: Cluster,
  pod: V1Pod,
  { name: prefix, uid, gid }: EphemeralUser,
): Promise<{ readonly name: string; readonly isNew: boolean }> {
  const { namespace, pod: podName } = placeOf(pod);
  const path = `/api/v1/namespaces/${namespace}/pods/${podName}`;
  const fresh = await cluster.core.readNamespacedPod({ namespace, name: podName });
  const found = running(fresh, prefix);
  if (found !== undefined) return { name: found, isNew: false };
  if (!(await hasEphemeral(cluster)))
    throw new Error("this Kubernetes has no ephemeral containers (1.23 and newer have)");
  const existing = fresh.spec?.ephemeralContainers ?? [];
  const name = `${prefix}-${String(existing.filter((one) => one.name.startsWith(prefix)).length + 1)}`;
  const container = {
    name,
    image: withShell(proxyContainer(pod)?.image ?? ""),
    command: ["sleep", String(runs)],
    securityContext: {
      runAsUser: uid,
      runAsGroup: gid,
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
  try {
    const body = { spec: { ephemeralContainers: [container] } };
    // Beside those that are there by now.
    await cluster.send("PATCH", `${path}/ephemeralcontainers`, { body, patch: "strategic" });
  } catch (error) {
    throw new Error(`an ephemeral container is refused: ${refusalOf(error)}`, { cause: error });
  }
  for (let left = startSeconds * 4; left > 0; left--) {
    const now = await cluster.core.readNamespacedPod({ namespace, name: podName });
    const state = now.status?.ephemeralContainerStatuses?.find((one) => one.name === name)?.state;
    if (state?.running !== undefined) return { name, isNew: true };
    const why = state?.terminated?.reason ?? state?.waiting?.reason ?? "";
    if (/Err|BackOff|Invalid/.test(why)) throw new Error(`ephemeral container ${name} does not start: ${why}`);
    await sleep(250);
  }
  throw new Error(`ephemeral container ${name} does not start within ${String(startSeconds)} s`);
}
