import { singleLists, wholeGroups, type ForeignObject } from "../../mesh/rehearsal/copiedObjects";
import { isDenied, isNotFound } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";
import { listPages } from "../client/pages";
import { apiPath, kindsOf, versionsOf } from "../client/resources";

/** What was read of a cluster. */
export interface Read {
  readonly objects: readonly ForeignObject[];
  /** Kinds that may not be read. */
  readonly denied: readonly string[];
}

interface List {
  readonly path: string;
  readonly kind: string;
  readonly apiVersion: string;
}

/** The lists of a group's kinds, each in the preferred version that has it. */
async function listsOf(cluster: Cluster, group: string): Promise<readonly List[]> {
  const found = new Map<string, List>();
  for (const apiVersion of await versionsOf(cluster, group))
    for (const { kind, name, verbs } of await kindsOf(cluster, apiVersion))
      if (verbs.includes("list") && !found.has(kind))
        found.set(kind, { path: `${apiPath(apiVersion)}/${name}`, kind, apiVersion });
  return [...found.values()];
}

const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** The CRDs of kinds of which there are objects, but for Istio's own: its charts bring them. */
async function definitionsOf(cluster: Cluster, lists: readonly List[]): Promise<readonly ForeignObject[]> {
  const names = lists.flatMap(({ path, apiVersion }) => {
    const group = apiVersion.split("/")[0] ?? "";
    const isForeign = group.includes(".") && !/\.istio\.io$|\.k8s\.io$/.test(group);
    return isForeign || /^(gateway|inference)\./.test(group) ? [`${path.split("/").at(-1) ?? ""}.${group}`] : [];
  });
  const read = names.map(async (name) => JSON.parse(await cluster.send("GET", `${crds}/${name}`)) as ForeignObject);
  return Promise.all(read);
}

/**
 * Reads what a rehearsal brings of a cluster: namespaces, Services, Istio's kinds and the Gateway API's, and what else upgrade
 * notes are about. Secrets and ConfigMaps are never asked for.
 * @throws Error with one line when the API server cannot be asked
 */
export async function readObjects(cluster: Cluster): Promise<Read> {
  const groups = await Promise.all(wholeGroups.map((group) => listsOf(cluster, group)));
  const lists = [{ path: "/api/v1/namespaces", kind: "Namespace", apiVersion: "v1" }, ...singleLists, ...groups.flat()];
  const denied: string[] = [];
  const read = await Promise.all(
    lists.map(async (list) => {
      const { path, kind, apiVersion } = list;
      try {
        const items = await listPages<ForeignObject>(cluster, path);
        return { list, objects: items.map((item) => ({ ...item, kind, apiVersion })) };
      } catch (error) {
        if (isDenied(error)) denied.push(kind);
        else if (!isNotFound(error)) throw error;
        return { list, objects: [] };
      }
    }),
  );
  const used = read.filter(({ objects }) => objects.length > 0).map(({ list }) => list);
  return { objects: [...(await definitionsOf(cluster, used)), ...read.flatMap(({ objects }) => objects)], denied };
}
