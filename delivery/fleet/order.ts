import { byCluster, type PlacedStack } from "../clusters";

/** A stack of the fleet, at its place in the order. */
export interface FleetStack {
  readonly stack: string;
  /** Name of its cluster; no two stacks of one are deployed at the same time. */
  readonly cluster: string;
  /** Whether it owns its cluster's control plane: its guests come after it. */
  readonly owner: boolean;
  /** Whether it is one of those that are tried before all others. */
  readonly first: boolean;
}

/**
 * The order in which stacks are begun: who is to be tried first, then the others; in both, cluster by cluster, who owns the control
 * plane before its guests. The owner of one that is tried first is tried first as well.
 */
export function orderOf(stacks: readonly PlacedStack[], isFirst: (stack: string) => boolean): readonly FleetStack[] {
  const isOwner = new Map(stacks.map(({ stack, istio }) => [stack, istio.controlPlane !== "shared"]));
  const all = byCluster(stacks).flatMap(({ cluster, stacks: names }) => {
    const hasFirst = names.some(isFirst);
    return names.map((stack): FleetStack => {
      const owner = isOwner.get(stack) ?? false;
      return { stack, cluster, owner, first: isFirst(stack) || (owner && hasFirst) };
    });
  });
  return [...all.filter(({ first }) => first), ...all.filter(({ first }) => !first)];
}
