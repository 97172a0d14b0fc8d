import { faultLabel } from "../mesh/faults/objects";
import { isDenied, isNotFound, optional } from "./errors";
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

/** The drill that a person ended by hand: the next update does not put it back. */
export async function readMark({ send }: Cluster, namespace: string): Promise<string | undefined> {
  const text = await optional(send("GET", `${markPath(namespace)}/${markName}`));
  return text === undefined ? undefined : (JSON.parse(text) as { data?: { drill?: string } }).data?.drill;
}

/** Remembers that a drill was ended by hand. @returns why it could not; undefined when it could */
export async function writeMark({ send }: Cluster, namespace: string, drill: string): Promise<string | undefined> {
  const body = { metadata: { name: markName, namespace }, data: { drill, ended: new Date().toISOString() } };
  try {
    if ((await readMark({ send } as Cluster, namespace)) !== undefined)
      await send("PATCH", `${markPath(namespace)}/${markName}`, { body: { data: body.data } });
    else await send("POST", markPath(namespace), { body: { apiVersion: "v1", kind: "ConfigMap", ...body } });
    return undefined;
  } catch (error) {
    if (isDenied(error)) return "not permitted (HTTP 403)";
    throw error;
  }
}

/** Forgets it. */
export async function removeMark({ send }: Cluster, namespace: string): Promise<void> {
  await optional(send("DELETE", `${markPath(namespace)}/${markName}`));
}
