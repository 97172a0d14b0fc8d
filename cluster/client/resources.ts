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

/** A kind as a version of an API lists it. */
export interface Listed {
  /** `virtualservices`. */
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** Path of a version of an API. */
export const apiPath = (apiVersion: string) =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

/** What an API answers; `undefined` where it is not served. */
async function served<T>({ send }: Pick<Cluster, "send">, path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await send("GET", path)) as T;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The kinds of a version of an API; none where it is not served. */
export async function kindsOf(cluster: Pick<Cluster, "send">, apiVersion: string): Promise<readonly Listed[]> {
  const answer = await served<{ readonly resources?: readonly Listed[] | null }>(cluster, apiPath(apiVersion));
  // `deployments/status` is a part of the kind.
  return (answer?.resources ?? []).filter(({ name }) => !name.includes("/"));
}

/** The versions of a group, the preferred first; none where it is not served. */
export async function versionsOf(cluster: Pick<Cluster, "send">, group: string): Promise<readonly string[]> {
  const answer = await served<{
    readonly versions: readonly { readonly groupVersion: string }[];
    readonly preferredVersion?: { readonly groupVersion: string };
  }>(cluster, `/apis/${group}`);
  const all = (answer?.versions ?? []).map(({ groupVersion }) => groupVersion);
  const first = answer?.preferredVersion?.groupVersion;
  return first === undefined ? all : [first, ...all.filter((one) => one !== first)];
}

/** Asks the API server for its kinds, each API once. */
export function resourcesOf(cluster: Pick<Cluster, "send">): Resources {
  const asked = new Map<string, Promise<readonly Listed[]>>();
  return async ({ apiVersion, kind }) => {
    const known = asked.get(apiVersion) ?? kindsOf(cluster, apiVersion);
    asked.set(apiVersion, known);
    const found = (await known).find((one) => one.kind === kind);
    return found && { base: apiPath(apiVersion), plural: found.name, namespaced: found.namespaced };
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
