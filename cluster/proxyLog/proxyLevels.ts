import type { V1Pod } from "@kubernetes/client-node";
import { proxyContainer } from "../../mesh/istio/pods";
import { differing, parseLevels, stepsTo, type Levels } from "../../mesh/proxyLog/levels";
import { ClusterUnreachable } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";

/** How long a proxy may take for one answer, in seconds. */
const answerSeconds = 20;

/**
 * Asks a proxy's administration with `POST`, through the program that every version of its image has, distroless ones too.
 * @throws ClusterUnreachable with one line where it does not answer
 */
async function post({ exec }: Cluster, { metadata }: V1Pod, path: string): Promise<string> {
  const { code, stdout, stderr } = await exec({
    namespace: metadata?.namespace ?? "",
    pod: metadata?.name ?? "",
    container: "istio-proxy",
    command: ["pilot-agent", "request", "POST", path],
    seconds: answerSeconds,
  });
  if (code === 0) return stdout;
  const why = stderr.trim().split("\n")[0] ?? "";
  throw new ClusterUnreachable(`the proxy's administration: ${why || `exit code ${String(code)}`}`);
}

/** Which levels a proxy's loggers have. */
export async function readLevels(cluster: Cluster, pod: V1Pod): Promise<Levels> {
  return parseLevels(await post(cluster, pod, "logging"));
}

/**
 * Gives a proxy's loggers levels, and asks whether it has them then.
 * @throws ClusterUnreachable where it has not
 */
export async function setLevels(cluster: Cluster, pod: V1Pod, wanted: (now: Levels) => Levels): Promise<void> {
  const now = await readLevels(cluster, pod);
  const target = wanted(now);
  const steps = stepsTo(now, target);
  for (const step of steps) await post(cluster, pod, step);
  const left = steps.length === 0 ? [] : differing(await readLevels(cluster, pod), target);
  if (left.length > 0)
    throw new ClusterUnreachable(
      `the proxy did not take ${left.map(([logger, level]) => `${logger}: ${level}`).join(", ")}`,
    );
}

/** Whether a pod is still the one it was, with its proxy. */
export async function isStill({ core }: Cluster, { metadata }: V1Pod): Promise<boolean> {
  const [name, namespace] = [metadata?.name ?? "", metadata?.namespace ?? ""];
  const asked = core.listNamespacedPod({ namespace, fieldSelector: `metadata.name=${name}` });
  const { items } = await bounded("the Kubernetes API", 30, asked);
  return items.some((pod) => pod.metadata?.uid === metadata?.uid && proxyContainer(pod) !== undefined);
}
