import type { LabControlPlane } from "../lab/controlPlane";
import { systemNamespace } from "../mesh/istio/names";

/** Uid by kind, namespace and name. */
export type Identities = ReadonlyMap<string, string>;

interface Item {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid: string };
}

const clusterWide = [
  ...["namespaces", "customresourcedefinitions", "clusterroles", "clusterrolebindings"],
  ...["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
].join(",");
const namespaced = [
  ...["deployments.apps", "statefulsets.apps", "daemonsets.apps", "pods", "services", "serviceaccounts", "configmaps"],
  ...["serviceentries.networking.istio.io", "virtualservices.networking.istio.io"],
].join(",");

/** Reads who is who of a mesh and an instance: an object that was removed and made again has another uid. Helm's records are left out. */
export async function readIdentities(plane: LabControlPlane, namespace: string): Promise<Identities> {
  const places: readonly (readonly string[])[] = [
    [clusterWide],
    [namespaced, "-n", systemNamespace],
    ["secrets", "-n", systemNamespace, "--field-selector", "type=Opaque"],
    [namespaced, "-n", namespace],
  ];
  const lists = await Promise.all(places.map((args) => plane.kubectl("get", ...args, "-o", "json")));
  const items = lists.flatMap((text) => (JSON.parse(text) as { items: readonly Item[] }).items);
  return new Map(
    items.map(({ kind, metadata: { namespace: place, name, uid } }) => [
      `${kind} ${place === undefined ? name : `${place}/${name}`}`,
      uid,
    ]),
  );
}

/** What of the old is gone, or was made anew, a line each, sorted. */
export const lostSince = (before: Identities, now: Identities): readonly string[] =>
  [...before]
    .flatMap(([key, uid]) => {
      const found = now.get(key);
      return found === uid ? [] : [`${key} ${found === undefined ? "is gone" : "was made anew"}`];
    })
    .sort();
