import { isNotFound } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";

/** A kind as an API server serves it. */
export interface Resource {
  readonly kind: string;
  /** `virtualservices`. */
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

const pathOf = (apiVersion: string) => (apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

/** The kinds of a version of an API; none where it is not served. */
export async function resourcesOf({ send }: Cluster, apiVersion: string): Promise<readonly Resource[]> {
  try {
    const { resources } = JSON.parse(await send("GET", pathOf(apiVersion))) as {
      readonly resources: readonly Resource[] | null;
    };
    // Parts of kinds, such as their status, have a slash.
    return (resources ?? []).filter(({ name }) => !name.includes("/"));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** The versions of a group, the preferred first; none where it is not served. */
export async function versionsOf({ send }: Cluster, group: string): Promise<readonly string[]> {
  try {
    const { versions, preferredVersion } = JSON.parse(await send("GET", `/apis/${group}`)) as {
      readonly versions: readonly { readonly groupVersion: string }[];
      readonly preferredVersion?: { readonly groupVersion: string };
    };
    const all = versions.map(({ groupVersion }) => groupVersion);
    const first = preferredVersion?.groupVersion;
    return first === undefined ? all : [first, ...all.filter((one) => one !== first)];
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Path of the objects of a kind. */
export const listPath = (apiVersion: string, name: string, namespace?: string) =>
  `${pathOf(apiVersion)}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${name}`;
