import type { Lab } from "../lab";

/** What must live through a change of who looks after the mesh. */
export interface Snapshot {
  /** Uid by kind, namespace and name: of everything that serves or configures the mesh, and of every pod. */
  readonly uids: Readonly<Record<string, string>>;
  /** Pod template as JSON, by kind, namespace and name of its workload. */
  readonly templates: Readonly<Record<string, string>>;
}

interface Found {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid: string };
  readonly spec?: { readonly template?: object };
}

const namespaced = [
  "deployments.apps,statefulsets.apps,daemonsets.apps,pods,services,configmaps,serviceaccounts",
  "serviceentries.networking.istio.io,virtualservices.networking.istio.io,destinationrules.networking.istio.io",
].join(",");
const clusterWide =
  "customresourcedefinitions,clusterroles,clusterrolebindings,mutatingwebhookconfigurations,validatingwebhookconfigurations,namespaces";

/** Reads a mesh and an instance; Secrets are left to the caller, as Helm writes its own records there. */
export async function snapshot({ plane }: Lab, namespace: string): Promise<Snapshot> {
  const read = async (...args: readonly string[]) =>
    (JSON.parse(await plane.kubectl("get", ...args, "-o", "json")) as { items: readonly Found[] }).items;
  const items = [
    ...(await read(clusterWide)),
    ...(await read(namespaced, "-n", "istio-system")),
    ...(await read(namespaced, "-n", namespace)),
    ...(await read("secrets", "-n", "istio-system", "--field-selector", "type!=helm.sh/release.v1")),
  ];
  const key = ({ kind, metadata: { namespace: place, name } }: Found) =>
    [kind, ...(place ? [place] : []), name].join("/");
  const workloads = items.filter(({ kind }) => ["Deployment", "StatefulSet", "DaemonSet"].includes(kind));
  return {
    uids: Object.fromEntries(items.map((one) => [key(one), one.metadata.uid])),
    templates: Object.fromEntries(workloads.map((one) => [key(one), JSON.stringify(one.spec?.template)])),
  };
}
