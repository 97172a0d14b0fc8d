import { groupOf } from "../../mesh/kubernetesObject";
import { systemNamespace } from "../../mesh/istio/names";
import { isDenied, isNotFound } from "../client/errors";
import { listMetadata, type Cluster } from "../client/kubernetesClient";
import type { Named, Resource, Resources } from "../client/resources";

/** Objects that nobody asked for, as far as they may be listed. */
export interface Additional {
  readonly found: readonly Named[];
  /** Kinds that may not be listed. */
  readonly unseen: readonly string[];
}

/** Helm's mark of the release that an object belongs to. */
const releaseMark = "meta.helm.sh/release-name";

/** Istio's own kinds: in istio-system they count for the whole mesh, whoever made them. */
const isIstios = (apiVersion: string) => /^(networking|security|telemetry|extensions)\.istio\.io\//.test(apiVersion);

const listPath = ({ base, plural, namespaced }: Resource) =>
  namespaced ? `${base}/namespaces/${systemNamespace}/${plural}` : `${base}/${plural}`;

/**
 * Objects that a release's mark says belong to one of the releases, and configuration of Istio in istio-system, which are not
 * among the wanted ones. Only kinds that are wanted, and Istio's, are looked at.
 */
export async function readAdditional(
  cluster: Pick<Cluster, "send">,
  resources: Resources,
  {
    wanted,
    releases,
    istioKinds,
  }: {
    readonly wanted: readonly Named[];
    readonly releases: readonly string[];
    readonly istioKinds: readonly Pick<Named, "apiVersion" | "kind">[];
  },
): Promise<Additional> {
  // A kind once, whichever versions of its API are named.
  const kinds = new Map([...wanted, ...istioKinds].map((one) => [`${groupOf(one.apiVersion)} ${one.kind}`, one]));
  // By name alone: Kubernetes has some kinds in two APIs.
  const known = new Set(wanted.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  const listed = await Promise.all(
    [...kinds.values()].map(async ({ apiVersion, kind }): Promise<Additional> => {
      const resource = await resources({ apiVersion, kind });
      if (resource === undefined) return { found: [], unseen: [] };
      try {
        const items = await listMetadata(cluster, listPath(resource));
        const ours = items.filter(({ name, annotations = {} }) => {
          if (known.has(`${kind} ${name}`)) return false;
          const owner = annotations[releaseMark];
          return owner === undefined ? isIstios(apiVersion) && resource.namespaced : releases.includes(owner);
        });
        const found = ours.map(({ name, namespace }) => ({
          apiVersion,
          kind,
          metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
        }));
        return { found, unseen: [] };
      } catch (error) {
        if (isNotFound(error)) return { found: [], unseen: [] };
        if (isDenied(error)) return { found: [], unseen: [kind] };
        throw error;
      }
    }),
  );
  return { found: listed.flatMap(({ found }) => found), unseen: listed.flatMap(({ unseen }) => unseen) };
}
