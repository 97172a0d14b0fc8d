import type { Cluster } from "../client/kubernetesClient";
import { optional, refusalOf } from "../client/errors";

/** Why nothing can be captured, with the way out. */
export class CaptureRefused extends Error {}

/** For what comes before the capture. @throws CaptureRefused where a person has stopped it */
export function refuseIfStopped({ aborted }: AbortSignal): void {
  if (aborted) throw new CaptureRefused("stopped by hand");
}

/** Whether a refusal is Pod Security's, or that of its forerunner. */
export const isPodSecurity = (error: unknown) => /PodSecurity|pod security policy/i.test(refusalOf(error));

/** What a person is told of it: which label of the namespace forbids it, and what would help. */
export async function podSecurityText({ core }: Cluster, namespace: string, error: unknown): Promise<string> {
  const key = "pod-security.kubernetes.io/enforce";
  const found = await optional(core.readNamespace({ name: namespace }));
  const level = found?.metadata?.labels?.[key];
  const what =
    level === undefined ? "the cluster's own setting of Pod Security" : `the label ${key}: ${level} of the namespace`;
  return (
    `${what} forbids it (${refusalOf(error)}). ` +
    `Somebody who may can allow it for a while: kubectl label namespace ${namespace} --overwrite ${key}=privileged`
  );
}
