import type { V1Pod } from "@kubernetes/client-node";

/** What a pod is one of, and how it gets new pods. */
interface Workload {
  /** `Deployment dev701/ps`; a pod that nobody made is its own. */
  readonly name: string;
  /** The command that replaces its pods. */
  readonly restart: string;
}

/** Finds what a pod is one of: its pods have the same trouble, which is said once. */
export function workloadOf({ metadata }: V1Pod): Workload {
  const [pod, namespace] = [metadata?.name ?? "", metadata?.namespace ?? ""];
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  const hash = metadata?.labels?.["pod-template-hash"] ?? "";
  const isDeployment = owner?.kind === "ReplicaSet" && hash !== "" && owner.name.endsWith(`-${hash}`);
  const kind = isDeployment ? "Deployment" : (owner?.kind ?? "Pod");
  const name = isDeployment ? owner.name.slice(0, -hash.length - 1) : (owner?.name ?? pod);
  const restart = ["Deployment", "StatefulSet", "DaemonSet"].includes(kind)
    ? `kubectl -n ${namespace} rollout restart ${kind.toLowerCase()}/${name}`
    : `kubectl -n ${namespace} delete pod ${pod}${owner === undefined ? ", and make it again" : ""}`;
  return { name: `${kind} ${namespace}/${name}`, restart };
}
