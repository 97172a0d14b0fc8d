import type { V1Pod } from "@kubernetes/client-node";
import { isLive } from "../istio/proxies";
import { askerNames } from "../why/script";
import { captureLabel, holderName, untilKey } from "./captureObjects";

/** Something that a capture or a debugging session left, or uses now. */
export interface Leftover {
  readonly pod: V1Pod;
  /** The ephemeral container that still runs; absent: it is the pod itself. */
  readonly container?: string;
  /** Who made it. */
  readonly by: "jam-istio" | "ksniff" | "kubectl debug";
  /** Whether it is ours and nobody uses it any more: removed without a question. */
  readonly isOver: boolean;
}

function podLeftover(pod: V1Pod, now: number): Leftover | undefined {
  const [name, labels] = [pod.metadata?.name ?? "", pod.metadata?.labels ?? {}];
  if (labels[captureLabel] !== undefined) {
    const until = Date.parse(pod.metadata?.annotations?.[untilKey] ?? "");
    return { pod, by: "jam-istio", isOver: !isLive(pod) || Number.isNaN(until) || until < now };
  }
  if (labels["app"] === "ksniff" || labels["app.kubernetes.io/name"] === "ksniff" || name.startsWith("ksniff-"))
    return { pod, by: "ksniff", isOver: false };
  const managed = labels["app.kubernetes.io/managed-by"] === "kubectl-debug";
  return managed || name.startsWith("node-debugger-") ? { pod, by: "kubectl debug", isOver: false } : undefined;
}

/** Whether an ephemeral container is one of `capture` or `why`, by its name. */
export const isOurs = (container: string): boolean =>
  makerOf(container) === "jam-istio" || Object.values(askerNames).some((name) => container.startsWith(`${name}-`));

/** Who names ephemeral containers so; `undefined`: somebody else's. */
function makerOf(container: string): Leftover["by"] | undefined {
  if (container === holderName || container.startsWith(`${holderName}-`)) return "jam-istio";
  return container.startsWith("debugger-") ? "kubectl debug" : undefined;
}

function containerLeftovers(pod: V1Pod): readonly Leftover[] {
  return (pod.status?.ephemeralContainerStatuses ?? []).flatMap(({ name, state }) => {
    const by = state?.running === undefined ? undefined : makerOf(name);
    return by === undefined ? [] : [{ pod, container: name, by, isOver: false }];
  });
}

/** What captures and debugging sessions left in pods, of ours, ksniff's and kubectl's. */
export function captureLeftovers(pods: readonly V1Pod[], now: number): readonly Leftover[] {
  return pods.flatMap((pod) => {
    const own = podLeftover(pod, now);
    return [...(own === undefined ? [] : [own]), ...containerLeftovers(pod)];
  });
}

/** What one is, for a person. */
export function leftoverText({ pod, container, by }: Leftover): string {
  const name = `${pod.metadata?.namespace ?? ""}/${pod.metadata?.name ?? ""}`;
  return container === undefined ? `pod ${name} (${by})` : `ephemeral container ${container} in ${name} (${by})`;
}
