import { systemNamespace } from "../../mesh/istio/names";
import { isNotFound } from "./errors";
import type { Cluster } from "./kubernetesClient";

/** Where the objects of a kind are. */
export interface Resource {
  /** Path of its API: `/apis/apps/v1`. */
  readonly base: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Finds where the objects of a kind are; `undefined` where the cluster does not know it. */
export type Resources = (object: {
  readonly apiVersion: string;
  readonly kind: string;
}) => Promise<Resource | undefined>;

interface Listed {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Asks the API server for its kinds, each API once. */
export function resourcesOf({ send }: Pick<Cluster, "send">): Resources {
  const asked = new Map<string, Promise<readonly Listed[]>>();
  const ask = async (base: string): Promise<readonly Listed[]> => {
    try {
      return (JSON.parse(await send("GET", base)) as { readonly resources?: readonly Listed[] }).resources ?? [];
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  };
  return async ({ apiVersion, kind }) => {
    const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const known = asked.get(base) ?? ask(base);
    asked.set(base, known);
    // `deployments/status` is a part of the kind.
    const found = (await known).find((one) => one.kind === kind && !one.name.includes("/"));
    return found === undefined ? undefined : { base, plural: found.name, namespaced: found.namespaced };
  };
}

/** An object as far as it has to be known to find it. */
export interface Named {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/**
 * Path of an object; `undefined` where the cluster does not know its kind. One without a namespace is in istio-system, as those
 * of a release there.
 */
export async function objectPath(resources: Resources, object: Named): Promise<string | undefined> {
  const kind = await resources(object);
  if (kind === undefined) return undefined;
  const { name, namespace = systemNamespace } = object.metadata;
  const place = kind.namespaced ? `/namespaces/${namespace}` : "";
  return `${kind.base}${place}/${kind.plural}/${name}`;
}
