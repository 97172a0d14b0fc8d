import type { FoundFaultObject } from "../../mesh/faults/endingFaults";
import { faultLabel, isActing, isHelper, partOf, type FaultObject } from "../../mesh/faults/faultObjects";
import { isAnswer, isConflict, isDenied, isNotFound, refusalOf } from "../client/errors";
import { bounded, listMetadata, type Cluster, type Metadata } from "../client/kubernetesClient";

const rbac = "/apis/rbac.authorization.k8s.io/v1";
const istio = "/apis/networking.istio.io/v1alpha3";

/** Where objects that are parts of faults are, by kind: the one that acts first. */
const collections = {
  VirtualService: [istio, "virtualservices"],
  DestinationRule: [istio, "destinationrules"],
  ServiceEntry: [istio, "serviceentries"],
  Service: ["/api/v1", "services"],
  Job: ["/apis/batch/v1", "jobs"],
  RoleBinding: [rbac, "rolebindings"],
  Role: [rbac, "roles"],
  ServiceAccount: ["/api/v1", "serviceaccounts"],
} as const;
type Kind = keyof typeof collections;
const kinds = Object.keys(collections) as readonly Kind[];

/** Path of the objects of a kind; without a namespace: of all. */
export function collectionOf(kind: string, namespace?: string): string {
  const [group, plural] = collections[kind as Kind];
  return namespace === undefined ? `${group}/${plural}` : `${group}/namespaces/${namespace}/${plural}`;
}

/** What of faults is in a cluster, as far as it may be seen. */
export interface SeenFaultObjects {
  readonly found: readonly FoundFaultObject[];
  /** Kinds that may not be listed: nothing is known of these. What acts is none of them in a namespace that is named. */
  readonly unseen: readonly string[];
}

async function objectsOf(cluster: Cluster, namespace: string | undefined, kind: Kind): Promise<SeenFaultObjects> {
  const path = `${collectionOf(kind, namespace)}?labelSelector=${encodeURIComponent(faultLabel)}`;
  try {
    const items = await listMetadata(cluster, path);
    return { found: items.map((item) => ({ ...item, kind, key: `${kind}/${item.name}` })), unseen: [] };
  } catch (error) {
    // The kind is not installed.
    if (isNotFound(error)) return { found: [], unseen: [] };
    // What acts must be seen: without the right to it nothing can be said of a namespace's faults.
    if (isDenied(error) && (kind !== "VirtualService" || namespace === undefined)) return { found: [], unseen: [kind] };
    throw error;
  }
}

async function seenOf(cluster: Cluster, namespace: string | undefined, which: readonly Kind[]) {
  const seen = await Promise.all(which.map((kind) => objectsOf(cluster, namespace, kind)));
  return { found: seen.flatMap(({ found }) => found), unseen: seen.flatMap(({ unseen }) => unseen) };
}

/**
 * The objects of a namespace that are parts of faults, by their label.
 * @param namespace default: all that may be seen
 * @throws Error when those that act cannot be seen in it
 */
export const readFaultObjects = (cluster: Cluster, namespace?: string): Promise<SeenFaultObjects> =>
  seenOf(cluster, namespace, kinds);

/** The same, asking less where there is nothing: of a namespace without faults four lists instead of eight. */
export async function readFaultObjectsIfAny(
  cluster: Cluster,
  namespace: string,
  expected: boolean,
): Promise<SeenFaultObjects> {
  if (expected) return readFaultObjects(cluster, namespace);
  const { found } = await seenOf(cluster, namespace, ["VirtualService", "ServiceEntry", "Service", "Job"]);
  return found.length > 0 ? readFaultObjects(cluster, namespace) : { found: [], unseen: [] };
}

/** What is said of kinds that may not be listed. */
export const unseenText = (unseen: readonly string[]) =>
  `what faults have of these kinds may not be listed (HTTP 403) and is not known: ${unseen.join(", ")}`;

/** Whether the object of a name is part of a fault. */
async function isFaultObject({ send }: Cluster, path: string): Promise<boolean> {
  const { metadata } = JSON.parse(await send("GET", path)) as { metadata: Metadata };
  return metadata.labels?.[faultLabel] !== undefined;
}

/**
 * Creates objects of faults; what is there is left as it is: of a drill an object of the same name is the same, and what it leads
 * to is the same for every drill.
 * @param signal between two of them it is seen whether to stop
 * @returns those that it created
 * @throws Error where an object of the name is somebody else's
 */
export async function createFaultObjects(
  cluster: Cluster,
  namespace: string,
  objects: readonly FaultObject[],
  signal?: AbortSignal,
): Promise<readonly FaultObject[]> {
  const created: FaultObject[] = [];
  for (const body of objects) {
    if (signal?.aborted === true) break;
    const path = collectionOf(body.kind, namespace);
    try {
      await cluster.send("POST", path, { body });
      created.push(body);
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (await isFaultObject(cluster, `${path}/${body.metadata.name}`)) continue;
      throw new Error(`${body.kind} ${body.metadata.name} is there and not this program's`, { cause: error });
    }
  }
  return created;
}

/** What a trial of objects gave: nothing where all is well. */
interface Trial {
  /** Why the API server, or a webhook, would not take one. */
  readonly unadmitted?: string;
  /** Why it could not be tried. */
  readonly untried?: string;
}

/** Asks the API server, by a dry run, whether it would take objects of faults; makes none. */
export async function tryFaultObjects(
  { send }: Cluster,
  namespace: string,
  objects: readonly FaultObject[],
): Promise<Trial> {
  for (const body of objects) {
    const path = `${collectionOf(body.kind, namespace)}?dryRun=All`;
    try {
      await send("POST", path, { body });
    } catch (error) {
      if (!isAnswer(error)) throw error;
      const why = `${body.kind} ${body.metadata.name}: ${refusalOf(error)}`;
      // Namespace or kind come with this update; a webhook of the classic layout knows no dry run; who only previews may not create.
      if (isNotFound(error) || /does not support dry run|cannot create resource/.test(why)) return { untried: why };
      if (!isConflict(error)) return { unadmitted: why };
    }
  }
  return {};
}

/** Gives objects that are there the annotations of a drill. */
export async function updateAnnotations(
  { send }: Cluster,
  namespace: string,
  objects: readonly Pick<FoundFaultObject, "kind" | "name" | "annotations">[],
): Promise<void> {
  for (const { kind, name, annotations } of objects)
    await send("PATCH", `${collectionOf(kind, namespace)}/${name}`, { body: { metadata: { annotations } } });
}

const markedPart = (one: FaultObject) => ({ ...partOf(one), annotations: one.metadata.annotations });

/**
 * Creates a drill's objects. What another drill led to is this one's from then on, before anything leads there: that one leaves it.
 * @param objects those of the drill
 * @param lacking those of them that are not there. Default: all
 */
export async function injectFaultObjects(
  cluster: Cluster,
  namespace: string,
  objects: readonly FaultObject[],
  { lacking = objects, signal }: { readonly lacking?: readonly FaultObject[]; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const created = await createFaultObjects(cluster, namespace, lacking.filter(isHelper), signal);
  const others = objects.filter((one) => isHelper(one) && !created.includes(one));
  if (signal?.aborted !== true) await updateAnnotations(cluster, namespace, others.map(markedPart));
  await createFaultObjects(cluster, namespace, lacking.filter(isActing), signal);
}

/** Removes parts of faults, the acting ones first; what is gone already is fine. */
export async function deleteFaultObjects(
  { send }: Cluster,
  namespace: string,
  parts: readonly Pick<FoundFaultObject, "kind" | "name">[],
): Promise<void> {
  const place = ({ kind }: Pick<FoundFaultObject, "kind">) => kinds.indexOf(kind as Kind);
  for (const { kind, name } of [...parts].sort((a, b) => place(a) - place(b))) {
    const path = `${collectionOf(kind, namespace)}/${name}?propagationPolicy=Background`;
    try {
      await bounded(`removing ${kind} ${name}`, 30, send("DELETE", path));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
