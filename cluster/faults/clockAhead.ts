import { unlessInternal } from "../client/errors";
import { spanText } from "../../tools/spanText";
import type { Cluster } from "../client/kubernetesClient";

/** What is taken for the same time, in milliseconds: the API server tells whole seconds. */
const sameMs = 10_000;

/**
 * By how much the cluster's clock is ahead of this machine's, in milliseconds: by what a ServiceAccount that is only tried would be
 * dated with.
 * @returns 0 where it is about the same, or cannot be known
 */
export async function clockAhead({ send }: Pick<Cluster, "send">, namespace: string): Promise<number> {
  const body = { apiVersion: "v1", kind: "ServiceAccount", metadata: { generateName: "fault-clock-", namespace } };
  const before = Date.now();
  const answer = await send("POST", `/api/v1/namespaces/${namespace}/serviceaccounts?dryRun=All`, { body }).catch(
    unlessInternal,
  );
  const { metadata } = JSON.parse(answer ?? "{}") as { readonly metadata?: { readonly creationTimestamp?: string } };
  const after = Date.now();
  const time = Date.parse(metadata?.creationTimestamp ?? "");
  // Within a slow answer it may be of any moment.
  const ahead = time - Math.min(Math.max(time, before), after);
  return Math.abs(ahead) < sameMs || Number.isNaN(ahead) ? 0 : Math.round(ahead);
}

/** What a person should know of it. */
export function aheadText(ahead: number): string {
  return `the cluster's clock is ${spanText(ahead)} ${ahead > 0 ? "ahead of" : "behind"} this machine's: what is noted for the fault's end goes by it`;
}
