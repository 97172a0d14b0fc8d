import type { V1Pod } from "@kubernetes/client-node";
import { workloadOf } from "../istio/proxies";

/** What a pod is one of, and how it gets new pods. */
interface Replaceable {
  /** `Deployment dev701/ps`; a pod that nobody made is its own. */
  readonly name: string;
  /** The command that replaces its pods. */
  readonly restart: string;
}

/** Finds what a pod is one of: its pods have the same trouble, which is said once. */
export function replaceable(pod: V1Pod): Replaceable {
  const owner = pod.metadata?.ownerReferences?.find(({ controller }) => controller === true);
  const workload = workloadOf(pod);
  const [namespace = "", name = ""] = workload.split("/");
  const isDeployment = owner?.kind === "ReplicaSet" && owner.name !== name;
  const kind = isDeployment ? "Deployment" : (owner?.kind ?? "Pod");
  const restart = ["Deployment", "StatefulSet", "DaemonSet"].includes(kind)
    ? `kubectl -n ${namespace} rollout restart ${kind.toLowerCase()}/${name}`
    : `kubectl -n ${namespace} delete pod ${pod.metadata?.name ?? ""}${owner === undefined ? ", and make it again" : ""}`;
  return { name: `${kind} ${workload}`, restart };
}
