import { systemNamespace } from "../../mesh/istio/names";
import { hasLabels } from "../../mesh/istio/pods";
import type { Policy } from "../../mesh/why/evidence";
import { optional } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";

interface AuthorizationPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: {
    readonly action?: string;
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  };
}

/**
 * The AuthorizationPolicies that are for a pod: of its namespace and of the mesh.
 * @param address of the pod; where none has it, the policies for the whole namespace
 * @returns undefined where they may not be read
 */
export async function policiesFor(
  cluster: Cluster,
  namespace: string,
  address: string,
): Promise<readonly Policy[] | undefined> {
  const { items } = await cluster.core.listNamespacedPod({ namespace, fieldSelector: `status.podIP=${address}` });
  const labels = items[0]?.metadata?.labels;
  const lists = [...new Set([namespace, systemNamespace])].map((name) =>
    optional(cluster.send("GET", `/apis/security.istio.io/v1beta1/namespaces/${name}/authorizationpolicies`)),
  );
  const [own, ofMesh] = await Promise.all(lists);
  if (own === undefined) return undefined;
  return [own, ofMesh ?? "{}"]
    .flatMap((text) => (JSON.parse(text) as { readonly items?: readonly AuthorizationPolicy[] }).items ?? [])
    .filter(({ spec }) => hasLabels(labels, spec?.selector?.matchLabels))
    .map(({ metadata, spec }) => ({
      name: `AuthorizationPolicy ${metadata.namespace}/${metadata.name}`,
      action: spec?.action ?? "ALLOW",
    }));
}
