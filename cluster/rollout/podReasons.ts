import { optional } from "../client/errors";
import type { CoreV1Event, V1ContainerStatus, V1LabelSelector, V1Pod } from "@kubernetes/client-node";
import { isReady } from "../../mesh/istio/pods";
import { isLive } from "../../mesh/istio/proxies";
import type { Workload } from "../../mesh/rollout/workloads";
import type { Cluster } from "../client/kubernetesClient";

/** What of a pod's status says why it is not ready. */
function stateOf({ status }: V1Pod): string {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const exitOf = ({ state, lastState }: V1ContainerStatus) =>
    (state?.terminated ?? lastState?.terminated)?.exitCode ?? 0;
  const waiting = containers.find(({ state }) => state?.waiting?.reason !== undefined);
  if (waiting !== undefined) return `container ${waiting.name}: ${waiting.state?.waiting?.reason ?? ""}`;
  const ended = containers.find((one) => exitOf(one) !== 0);
  if (ended !== undefined) return `container ${ended.name} ended with exit code ${String(exitOf(ended))}`;
  const unready = (status?.containerStatuses ?? []).filter(({ ready }) => !ready).map(({ name }) => name);
  if (unready.length > 0) return `not ready: container ${unready.join(", ")}`;
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === "PodScheduled" && is === "False");
  return unscheduled?.message ?? status?.phase ?? "unknown";
}

function timeOf({ lastTimestamp, eventTime, firstTimestamp }: CoreV1Event): number {
  return (lastTimestamp?.getTime() ?? eventTime?.getTime() ?? firstTimestamp?.getTime()) || 0;
}

/** The warnings that Kubernetes has of an object, oldest first; without the right to events none. */
export async function warningsOf({ core }: Cluster, { metadata }: Pick<V1Pod, "metadata">): Promise<readonly string[]> {
  const namespace = metadata?.namespace ?? "";
  const fieldSelector = `involvedObject.name=${metadata?.name ?? ""}`;
  const events = await optional(core.listNamespacedEvent({ namespace, fieldSelector }));
  return (events?.items ?? [])
    .filter(({ type }) => type === "Warning")
    .sort((a, b) => timeOf(a) - timeOf(b))
    .map(({ reason, message }) => `${reason ?? ""}: ${message ?? ""}`);
}

/** A workload's selector as the API takes it. */
function selectorText(
  matchLabels: V1LabelSelector["matchLabels"],
  expressions: V1LabelSelector["matchExpressions"],
): string {
  const operators: Readonly<Record<string, (key: string, values: string) => string>> = {
    In: (key, values) => `${key} in (${values})`,
    NotIn: (key, values) => `${key} notin (${values})`,
    Exists: (key) => key,
    DoesNotExist: (key) => `!${key}`,
  };
  return [
    ...Object.entries(matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(expressions ?? []).map(({ key, operator, values = [] }) => operators[operator]?.(key, values.join(",")) ?? key),
  ].join(",");
}

/** Says of up to three pods of a workload why they are not ready, with their last event. */
export async function whyNotReady(cluster: Cluster, { object }: Pick<Workload, "object">): Promise<readonly string[]> {
  const labelSelector = selectorText(object.spec?.selector.matchLabels, object.spec?.selector.matchExpressions);
  const namespace = object.metadata?.namespace ?? "";
  const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector });
  return whyPodsNotReady(cluster, items);
}

/** The same of pods. */
export async function whyPodsNotReady(cluster: Cluster, all: readonly V1Pod[]): Promise<readonly string[]> {
  const pods = all.filter((pod) => isLive(pod) && !isReady(pod)).slice(0, 3);
  return Promise.all(
    pods.map(async (pod) => {
      const last = (await warningsOf(cluster, pod)).at(-1);
      return `Pod ${pod.metadata?.name ?? ""}: ${stateOf(pod)}${last === undefined ? "" : ` (${last})`}`;
    }),
  );
}
