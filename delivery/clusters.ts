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

/** A stack and where it is. */
type Located = Pick<PlacedStack, "stack" | "kubernetes">;

/** What the settings say of where the cluster is. */
const placeOf = ({ kubernetes: { context, kubeconfig } }: Located) =>
  [kubeconfig, context].filter((one) => one !== undefined && one !== "");

/** `default` where the settings name none: the kubeconfig's current one. */
function clusterOf(stack: Located): string {
  const name = placeOf(stack).join("-");
  return name.replace(/[^\w.]+/g, "-").replace(/^-+|-+$/g, "") || "default";
}

/** A place as its settings name it. */
const placeText = ({ kubernetes: { context, kubeconfig } }: Located) =>
  [
    ...(context ? [`context ${JSON.stringify(context)}`] : []),
    ...(kubeconfig ? [`kubeconfig ${JSON.stringify(kubeconfig)}`] : []),
  ].join(" of ") || "no context";

/**
 * What is wrong where two places have one name: their stacks would share an environment, and its credentials, or count as one
 * cluster. One line for each name.
 */
export function sharedNames(stacks: readonly Located[]): readonly string[] {
  const names = [...new Set(stacks.map(clusterOf))].sort();
  return names.flatMap((name) => {
    const places = new Map(
      stacks.filter((one) => clusterOf(one) === name).map((one) => [placeOf(one).join("\n"), one]),
    );
    if (places.size < 2) return [];
    const all = [...places.values()].map((one) => `${placeText(one)} (stack ${one.stack})`).sort();
    return [
      `${all.join(" and ")} would both be called ${name}. Give the same cluster the same jam-istio:kubernetes in all stacks, and another one another name in the kubeconfig`,
    ];
  });
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
