import type { AnyObject } from "../../mesh/adopt/objects";
import { eachOf } from "../../tools/eachOf";
import { isDenied, isNotFound } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";
import { objectPath, resourcesOf } from "../client/resources";

/** Where an object is in the API; `undefined` where its kind is not installed. */
export type PathOf = (object: AnyObject) => Promise<string | undefined>;

/** Finds objects' paths; each version of an API is asked about once. */
export function objectPaths(cluster: Pick<Cluster, "send">): PathOf {
  const resources = resourcesOf(cluster);
  return (object) => objectPath(resources, object);
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
export const forEach = <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> =>
  eachOf(items, atOnce, work);
