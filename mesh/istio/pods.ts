import type { V1Container, V1LabelSelector, V1Pod } from "@kubernetes/client-node";

/** Whether a pod takes calls: ready, and not being deleted. */
export function isReady({ metadata, status }: V1Pod): boolean {
  return (
    metadata?.deletionTimestamp === undefined &&
    (status?.conditions ?? []).some(({ type, status: is }) => type === "Ready" && is === "True")
  );
}

/** A pod's proxy: a container, or an init container that goes on running (Istio 1.27 and newer). */
export function proxyContainer({ spec }: V1Pod): V1Container | undefined {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find(({ name }) => name === "istio-proxy");
}

/** Whether labels have all that is asked for; nothing asked for is there always. */
export function hasLabels(
  labels: Readonly<Record<string, string>> | undefined,
  asked: Readonly<Record<string, string>> = {},
): boolean {
  return Object.entries(asked).every(([key, value]) => labels?.[key] === value);
}

/**
 * Whether a selector takes labels: an empty one takes all, none takes nothing.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/
 */
export function selects(
  selector: V1LabelSelector | undefined,
  labels: Readonly<Record<string, string>> | undefined = {},
): boolean {
  if (selector === undefined || !hasLabels(labels, selector.matchLabels)) return false;
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = labels[key];
    if (operator === "Exists") return value !== undefined;
    if (operator === "DoesNotExist") return value === undefined;
    const isIn = value !== undefined && values.includes(value);
    return operator === "In" ? isIn : operator === "NotIn" && !isIn;
  });
}
