import type { WholePart } from "../../mesh/upgrade/wholeParts";
import { optional } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { objectPath, resourcesOf, type Named } from "../client/resources";

interface Live {
  readonly metadata: { readonly uid: string };
  readonly webhooks?: readonly { readonly name: string }[];
  readonly spec?: { readonly ports?: readonly { readonly name?: string; readonly port: number }[] };
}

/** Whether a port that nobody wants has the name of one that is wanted. */
function isPortChanged({ spec }: Live, ports: NonNullable<WholePart["ports"]>): boolean {
  const others = (spec?.ports ?? []).filter(({ port }) => ports.every((wanted) => wanted.port !== port));
  return others.some((other) => ports.some((wanted) => wanted.name === other.name));
}

/** Without the webhooks that somebody took out: half of one may not be, and Helm puts it back. */
function present({ webhooks: there = [] }: Live, fields: WholePart["fields"]): WholePart["fields"] {
  const { webhooks, ...rest } = fields;
  if (!Array.isArray(webhooks)) return fields;
  const names = there.map(({ name }) => name);
  return {
    ...rest,
    webhooks: (webhooks as readonly { readonly name: string }[]).filter(({ name }) => names.includes(name)),
  };
}

/** Puts parts of objects back that Helm could not; an object that is gone is made by Helm. */
export async function resetParts(cluster: Pick<Cluster, "send">, parts: readonly WholePart[]): Promise<void> {
  const { send } = cluster;
  const resources = resourcesOf(cluster);
  for (const { fields, ports, ...object } of parts) {
    const name = `${object.kind} ${object.metadata.name}`;
    const path = await objectPath(resources, object satisfies Named);
    const live = path && (await optional(bounded(`reading ${name}`, 20, send("GET", path))));
    if (path === undefined || live === undefined) continue;
    const found = JSON.parse(live) as Live;
    if (ports !== undefined && isPortChanged(found, ports))
      await bounded(`patching ${name}`, 20, send("PATCH", path, { body: { spec: { ports } } }));
    // Of this very object: it may be gone meanwhile, and half of one must not be made.
    const body = { ...object, metadata: { ...object.metadata, uid: found.metadata.uid }, ...present(found, fields) };
    const query = "?fieldManager=jam-istio&force=true";
    await bounded(`patching ${name}`, 20, send("PATCH", `${path}${query}`, { patch: "apply", body }));
  }
}
