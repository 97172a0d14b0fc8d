import { faultLabel, type FaultObject } from "../mesh/faults/parts";
import { isNotFound, optional, reasonOf } from "./errors";
import { bounded, listMetadata, type Cluster, type Metadata } from "./kubernetes";

const networking = (namespace: string) => `/apis/networking.istio.io/v1alpha3/namespaces/${namespace}`;

/** Kinds of the objects that are parts of faults, the one that acts first. */
const collections: Readonly<Record<string, (namespace: string) => string>> = {
  VirtualService: (namespace) => `${networking(namespace)}/virtualservices`,
  DestinationRule: (namespace) => `${networking(namespace)}/destinationrules`,
  ServiceEntry: (namespace) => `${networking(namespace)}/serviceentries`,
  Service: (namespace) => `/api/v1/namespaces/${namespace}/services`,
  Job: (namespace) => `/apis/batch/v1/namespaces/${namespace}/jobs`,
};

/** Path of the objects of a kind. */
export const collectionOf = (kind: string, namespace: string) => collections[kind]?.(namespace) ?? "";

/** An object that is part of a fault. */
export interface FaultPart extends Metadata {
  readonly kind: string;
  /** Kind and name. */
  readonly key: string;
}

/** The objects of a namespace that are parts of faults, by their label. */
export async function faultParts(cluster: Cluster, namespace: string): Promise<readonly FaultPart[]> {
  const lists = Object.keys(collections).map(async (kind) => {
    const path = `${collectionOf(kind, namespace)}?labelSelector=${encodeURIComponent(faultLabel)}`;
    const items = (await optional(listMetadata(cluster, path))) ?? [];
    return items.map((item) => ({ ...item, kind, key: `${kind}/${item.name}` }));
  });
  return (await Promise.all(lists)).flat();
}

/** Creates the objects of faults; what only leads to nowhere may be there already. */
export async function putIn({ send }: Cluster, namespace: string, objects: readonly FaultObject[]): Promise<void> {
  for (const body of objects) {
    await send("POST", collectionOf(body.kind, namespace), { body }).catch((error: unknown) => {
      const there = typeof error === "object" && error !== null && "code" in error && error.code === 409;
      if (!there || body.kind === "VirtualService") throw error;
    });
  }
}

/** Removes parts of faults, the acting ones first; what is gone already is fine. */
export async function removeParts(
  { send }: Cluster,
  namespace: string,
  parts: readonly Pick<FaultPart, "kind" | "name">[],
): Promise<void> {
  const order = Object.keys(collections);
  const sorted = [...parts].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  for (const { kind, name } of sorted) {
    const path = `${collectionOf(kind, namespace)}/${name}?propagationPolicy=Background`;
    try {
      await bounded(`removing ${kind} ${name}`, 30, send("DELETE", path));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

const markName = "jam-istio-faults-off";
const markPath = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`;

/** The drills that a person ended by hand: an update does not put them back. */
export async function readMark({ send }: Pick<Cluster, "send">, namespace: string): Promise<readonly string[]> {
  const text = await optional(send("GET", `${markPath(namespace)}/${markName}`));
  const mark = text === undefined ? undefined : (JSON.parse(text) as { data?: { drills?: string } });
  return mark?.data?.drills?.split(" ") ?? [];
}

/** Remembers that drills were ended by hand. @returns why it could not; undefined when it could */
export async function writeMark(
  { send }: Cluster,
  namespace: string,
  drills: readonly string[],
): Promise<string | undefined> {
  try {
    const before = await readMark({ send }, namespace);
    const all = [...new Set([...before, ...drills])].sort();
    const data = { drills: all.join(" "), ended: new Date().toISOString() };
    if (before.length > 0) await send("PATCH", `${markPath(namespace)}/${markName}`, { body: { data } });
    else {
      const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: markName, namespace }, data };
      await send("POST", markPath(namespace), { body });
    }
    return undefined;
  } catch (error) {
    // The end of the faults matters more than the note of it.
    return reasonOf(error);
  }
}

/** Forgets them. */
export async function removeMark({ send }: Cluster, namespace: string): Promise<void> {
  await optional(send("DELETE", `${markPath(namespace)}/${markName}`));
}
