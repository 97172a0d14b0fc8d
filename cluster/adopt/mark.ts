import { keep, marksFor, noMarks, ownerOf } from "../../mesh/adopt/marks";
import { keyOf, type AnyObject } from "../../mesh/adopt/objects";
import { adoptingAnnotation } from "../../mesh/istio/names";
import { isNotFound } from "../client/errors";
import type { Cluster } from "../client/kubernetesClient";
import { removeRecords } from "../upgrade/repairHelm";
import { forEach, objectPaths, readObject, type PathOf } from "./objects";
import { readReleases, type ReadRelease } from "./readReleases";

async function patch({ send }: Cluster, pathOf: PathOf, object: AnyObject, metadata: object): Promise<void> {
  const path = await pathOf(object);
  if (path === undefined) return;
  try {
    await send("PATCH", path, { body: { metadata } });
  } catch (error) {
    // What is gone meanwhile needs no mark.
    if (!isNotFound(error)) throw error;
  }
}

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** Fields that somebody else manages, such as a stack that let go of them: the server would let nobody else change them. */
function isManagedByOthers(object: AnyObject, managers: readonly string[]): boolean {
  const { managedFields = [] } = object.metadata as {
    readonly managedFields?: readonly { readonly manager?: string; readonly fieldsV1?: object }[];
  };
  return managedFields.some(
    ({ manager = "", fieldsV1 = {} }) => !managers.includes(manager) && ("f:spec" in fieldsV1 || "f:data" in fieldsV1),
  );
}

/** What an adoption writes into a cluster before Pulumi and Helm take over: labels, annotations and who manages fields. */
export interface Preparation {
  /** Objects that Helm must not delete when a release lets go of them. */
  readonly keep: readonly AnyObject[];
  /** Objects that become a release's own. */
  readonly mark: readonly { readonly object: AnyObject; readonly release: string }[];
  /** Objects that the stack itself manages from now on. */
  readonly own: readonly AnyObject[];
  /** The control plane's Deployment, where it is no Helm release's yet. */
  readonly controlPlane: AnyObject | undefined;
  readonly stack: string;
  /** The names under which the stack manages fields already: after an adoption that was interrupted. */
  readonly managers: readonly string[];
}

/**
 * Prepares an adoption. What keeps objects from being deleted comes first: whatever happens after it, nothing is lost. Done again
 * it changes nothing.
 */
export async function prepareAdoption(cluster: Cluster, preparation: Preparation): Promise<void> {
  const pathOf = objectPaths(cluster);
  const { own, mark, controlPlane, stack, managers } = preparation;
  await forEach(preparation.keep, (object) => patch(cluster, pathOf, object, { annotations: keep }));
  if (controlPlane !== undefined)
    await patch(cluster, pathOf, controlPlane, { annotations: { [adoptingAnnotation]: stack } });
  await forEach(mark, ({ object, release }) => patch(cluster, pathOf, object, marksFor(release)));
  const others = own.filter((object) => isManagedByOthers(object, managers));
  await forEach(others, (object) => patch(cluster, pathOf, object, { managedFields: [{}] }));
  // Of a Secret kubectl's note holds all that is in it, in clear: it would get into the stack's state.
  await forEach(
    own.filter(({ kind, metadata }) => kind === "Secret" && metadata.annotations?.[lastApplied] !== undefined),
    (object) => patch(cluster, pathOf, object, { annotations: { [lastApplied]: null } }),
  );
}

/** Whether the newest revision of a release has an object. */
const holds = (
  releases: readonly ReadRelease[],
  objectsOf: (release: ReadRelease) => readonly AnyObject[],
  object: AnyObject,
) =>
  releases.some(
    (release) =>
      release.name === ownerOf(object)?.name && objectsOf(release).some((one) => keyOf(one) === keyOf(object)),
  );

/** What is tidied up in the end. */
export interface Finish {
  readonly own: readonly AnyObject[];
  readonly controlPlane: AnyObject | undefined;
  /** Releases of which nothing is left: their records go. */
  readonly emptied: readonly { readonly name: string; readonly records: readonly string[] }[];
}

/**
 * Takes off what only the way here needed: Helm's marks on objects that no release has any more, the records of releases that are
 * empty. @param objectsOf reads a release's text
 */
export async function finishAdoption(
  cluster: Cluster,
  finish: Finish,
  objectsOf: (release: ReadRelease) => readonly AnyObject[],
): Promise<void> {
  const pathOf = objectPaths(cluster);
  const releases = await readReleases(cluster);
  const live = await forEach(finish.own, async (object) => readObject(cluster, await pathOf(object)));
  const freed = live
    .filter((object) => object !== undefined && object !== "denied")
    .filter((object) => ownerOf(object) !== undefined && !holds(releases, objectsOf, object));
  await forEach(freed, (object) => patch(cluster, pathOf, object, noMarks));
  await removeRecords(
    cluster,
    finish.emptied.flatMap(({ records }) => records),
  );
  if (finish.controlPlane !== undefined)
    await patch(cluster, pathOf, finish.controlPlane, { annotations: { [adoptingAnnotation]: null } });
}
