import type { Settings } from "../settings/types";

/** The stacks of one cluster. */
export interface ClusterStacks {
  /** Name for jobs, environments and files: of the context, without signs that these do not take. */
  readonly cluster: string;
  /** In the order in which they are deployed: who owns the control plane comes before its guests. */
  readonly stacks: readonly string[];
}

/** What says where a stack is, and in which order it comes. */
export type PlacedStack = Pick<Settings, "stack" | "kubernetes"> & {
  readonly istio: Pick<Settings["istio"], "controlPlane">;
};

/** `default` where the settings name none: the kubeconfig's current one. */
function clusterOf({ kubernetes: { context, kubeconfig } }: PlacedStack): string {
  const name = [kubeconfig, context].filter((one) => one !== undefined && one !== "").join("-");
  return name.replace(/[^\w.]+/g, "-").replace(/^-+|-+$/g, "") || "default";
}

/** Stacks by their cluster, so that no two of one cluster are deployed at the same time. */
export function byCluster(stacks: readonly PlacedStack[]): readonly ClusterStacks[] {
  const isGuest = ({ istio }: PlacedStack) => istio.controlPlane === "shared";
  const sorted = [...stacks].sort((a, b) => Number(isGuest(a)) - Number(isGuest(b)) || (a.stack < b.stack ? -1 : 1));
  return [...new Set(sorted.map(clusterOf))].sort().map((cluster) => ({
    cluster,
    stacks: sorted.filter((one) => clusterOf(one) === cluster).map(({ stack }) => stack),
  }));
}
