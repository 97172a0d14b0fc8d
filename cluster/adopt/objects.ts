import type { AnyObject } from "../../mesh/adopt/objects";
import { systemNamespace } from "../../mesh/istio/names";
import { isDenied, isNotFound } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";

/** A kind of objects, as the API server has it. */
interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Where an object is in the API; `undefined` where its kind is not installed. */
export type PathOf = (object: AnyObject) => Promise<string | undefined>;

/** Finds objects' paths; each version of an API is asked about once. */
export function objectPaths({ send }: Pick<Cluster, "send">): PathOf {
  const known = new Map<string, Promise<readonly Resource[]>>();
  const read = async (base: string) => {
    try {
      return (JSON.parse(await send("GET", base)) as { resources?: readonly Resource[] }).resources ?? [];
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  };
  return async ({ apiVersion, kind, metadata: { name, namespace } }) => {
    const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const resources = known.get(base) ?? read(base);
    known.set(base, resources);
    // Of a kind and its parts, such as deployments/status, the kind comes first.
    const found = (await resources).find((one) => one.kind === kind && !one.name.includes("/"));
    if (found === undefined) return undefined;
    const place = found.namespaced ? `/namespaces/${namespace ?? systemNamespace}` : "";
    return `${base}${place}/${found.name}/${name}`;
  };
}

/** Reads an object; `undefined` where it is not there, `denied` where it may not be read. */
export async function readObject(
  { send }: Pick<Cluster, "send">,
  path: string | undefined,
): Promise<AnyObject | "denied" | undefined> {
  if (path === undefined) return undefined;
  try {
    return JSON.parse(await send("GET", path)) as AnyObject;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if (isDenied(error)) return "denied";
    throw error;
  }
}

/** How many objects are asked for at a time. */
const atOnce = 8;

/** Does something with each, several at a time; the results are in the order of the items. */
export async function forEach<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as T);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
