import { findOutdatedSidecars, type SidecarTarget } from "../../../mesh/rollout/outdatedSidecars";
import type { NamespaceObjects, Workload } from "../../../mesh/rollout/workloads";
import { objects, replicaSet, workload } from "./dataPlaneSupport";

export const proxy = (version: string) => `docker.io/istio/proxyv2:${version}`;
export const old = { image: proxy("1.29.6") };
export const options: SidecarTarget = { version: "1.30.3", revision: "default", tags: {}, daemonSets: false };

export const look = (workloads: readonly Workload[], pods: NamespaceObjects["pods"], more = {}, asked = options) =>
  findOutdatedSidecars(objects(workloads, { pods, ...more }), asked);
export const ps = workload("Deployment", "ps");
export const ofPs = { owner: ["ReplicaSet", "rs"] as const };
export const sets = { replicaSets: [replicaSet("rs", "ps")] };
