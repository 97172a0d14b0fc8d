import { reasonOf } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";
import { isBug } from "../../tools/errors";
import { endFaults, type EndReport } from "./endFaults";
import { readFaultObjects } from "./faultObjects";

/** How the end of faults went in one namespace; `failed`: why they could not be ended there. */
export type NamespaceEnd = { readonly namespace: string } & (EndReport | { readonly failed: string });

/** How the end of every fault of a cluster went. */
export interface EverywhereReport {
  /** Every namespace that had parts of faults, and the stack's own, sorted by name. */
  readonly namespaces: readonly NamespaceEnd[];
  /**
   * Kinds that may not be listed in all namespaces: one that has nothing else of faults was not found. With `VirtualService`
   * among them it cannot be told where else faults are active.
   */
  readonly unseen: readonly string[];
}

/**
 * Ends every fault of every namespace, by label, all at the same time; the next update of no stack puts them back. What fails
 * in one namespace holds up no other, and what may not be seen of others does not hold up the stack's own.
 * @param own the stack's namespace, and the drill of its settings, which is not put back either
 */
export async function endFaultsEverywhere(
  cluster: Cluster,
  own: { readonly namespace: string; readonly settled: string | undefined },
  log: (line: string) => void,
): Promise<EverywhereReport> {
  const { found, unseen } = await readFaultObjects(cluster);
  const names = new Set([own.namespace, ...found.map(({ namespace = "" }) => namespace)]);
  const end = async (namespace: string): Promise<NamespaceEnd> => {
    const settled = namespace === own.namespace ? own.settled : undefined;
    const say = (line: string) => {
      log(`${namespace}: ${line}`);
    };
    try {
      return { namespace, ...(await endFaults(cluster, namespace, settled, say)) };
    } catch (error) {
      if (isBug(error)) throw error;
      return { namespace, failed: reasonOf(error) };
    }
  };
  return { namespaces: await Promise.all([...names].sort().map(end)), unseen };
}
