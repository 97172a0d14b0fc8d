import deepmerge from "deepmerge";
import { isAnswer, isDenied, isInvalid, isNotFound, refusalOf } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";
import { objectPath, type Named, type Resources } from "../client/resources";

/** What was found of an object that should be there. */
export type Found =
  | { readonly state: "there"; readonly live: Named; readonly wanted: Named }
  | { readonly state: "missing" }
  /** It could not be compared: why. */
  | { readonly state: "unknown"; readonly why: string };

/** Who asks, to the API server: no dry run leaves anything under this name. */
const manager = "jam-istio-drift";

/** What the API server sets by itself, and no chart means. */
function withoutServerFields(object: Named): Named {
  const { metadata, ...rest } = object;
  const parts = Object.fromEntries(Object.entries(rest).filter(([key]) => key !== "status")) as typeof rest;
  const server = ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"];
  const kept = Object.fromEntries(Object.entries(metadata).filter(([key]) => !server.includes(key)));
  return { ...parts, metadata: kept as Named["metadata"] };
}

/** Whether a webhook of the classic layout stands before the object: it does not say what it does in a dry run. */
const knowsNoDryRun = (error: unknown) => /does not support dry run/.test(refusalOf(error));

/**
 * What an object would be if it were applied: asked of the API server by a dry run. Where a webhook stands in the way of that: what
 * is there with what is wanted over it, which is the same for Istio's objects of that time, as their definitions have no defaults.
 * Where the two do not go together (a Service's port of which the number was changed, so that two had one name): what is wanted takes
 * the place of whole lists.
 */
async function applied(send: Cluster["send"], path: string, live: Named, wanted: Named): Promise<Named> {
  const query = `?dryRun=All&fieldManager=${manager}`;
  try {
    return JSON.parse(await send("PATCH", `${path}${query}&force=true`, { patch: "apply", body: wanted })) as Named;
  } catch (error) {
    if (isInvalid(error)) return JSON.parse(await send("PATCH", `${path}${query}`, { body: wanted })) as Named;
    if (!knowsNoDryRun(error)) throw error;
    return deepmerge(live, wanted, { arrayMerge: (_there, here) => here as unknown[] });
  }
}

/**
 * Reads an object, and asks by a dry run what it would be if it were applied as it is wanted: what differs between the two is
 * drift. Nothing is changed.
 * @param isApplied whether it can be applied; of others it is only seen whether they are there
 * @throws ClusterUnreachable where the API server gives no answer
 */
export async function findObject(
  { send }: Pick<Cluster, "send">,
  resources: Resources,
  wanted: Named,
  isApplied: boolean,
): Promise<Found> {
  try {
    const path = await objectPath(resources, wanted);
    if (path === undefined) return { state: "missing" };
    const live = JSON.parse(await send("GET", path)) as Named;
    if (!isApplied) return { state: "there", live: wanted, wanted };
    const result = await applied(send, path, live, withoutServerFields(wanted));
    return { state: "there", live: withoutServerFields(live), wanted: withoutServerFields(result) };
  } catch (error) {
    if (isNotFound(error)) return { state: "missing" };
    if (!isAnswer(error)) throw error;
    return { state: "unknown", why: isDenied(error) ? "not permitted (HTTP 403)" : refusalOf(error) };
  }
}
