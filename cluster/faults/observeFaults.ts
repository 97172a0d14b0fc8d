import type { V1Namespace } from "@kubernetes/client-node";
import type { VirtualService } from "../../mesh/faults/conflictingVirtualServices";
import type { FaultsFound } from "../../mesh/faults/judgeFaults";
import { runningVersion } from "../../mesh/istio/controlPlanes";
import { listText, type RolloutTask } from "../../mesh/rollout/plan";
import { servedVersion } from "../../mesh/rollout/servingControlPlane";
import type { JudgedMesh } from "../../mesh/upgrade/gateTypes";
import { unfinishedReleases } from "../../mesh/upgrade/helmHistory";
import { controlPlaneOf } from "../../mesh/upgrade/revisions";
import { isDenied, isNotFound, optional } from "../client/errors";
import { bounded, listMetadata, type Cluster } from "../client/kubernetesClient";
import { readOutdated } from "../rollout/readNamespace";
import { observe } from "../upgrade/observe";
import { collectionOf } from "./faultObjects";

/** What decides whether the mesh is finished. */
export interface MeshWanted extends Pick<
  JudgedMesh,
  "namespace" | "controlPlane" | "layout" | "version" | "target" | "revision" | "releases"
> {
  /** Version that the last finished update recorded. */
  readonly recorded?: string | undefined;
  readonly rollout: RolloutTask;
}

/** Every VirtualService that may be seen: of the cluster, else of the namespace. @throws HttpError where not even those may be */
async function virtualServices({ send }: Cluster, namespace: string) {
  const read = async (path: string) =>
    (JSON.parse(await send("GET", path)) as { items: readonly VirtualService[] | null }).items ?? [];
  try {
    return { all: await read("/apis/networking.istio.io/v1alpha3/virtualservices"), namespaceOnly: false };
  } catch (error) {
    // The kind is not installed.
    if (isNotFound(error)) return { all: [], namespaceOnly: false };
    if (!isDenied(error)) throw error;
    return { all: await read(collectionOf("VirtualService", namespace)), namespaceOnly: true };
  }
}

/** What of the mesh is not as the settings say: no time for a fault. */
async function unfinished(cluster: Cluster, wanted: MeshWanted): Promise<readonly string[]> {
  const found = await observe(cluster, wanted);
  const managed = wanted.controlPlane === "managed";
  const running = runningVersion(controlPlaneOf(found.controlPlanes, wanted), wanted.recorded);
  const target = wanted.target ?? wanted.version;
  const changes =
    managed && running !== target ? [`Istio ${running ?? "does not run yet and"} is to become ${target}`] : [];
  const { serving, enabled } = wanted.rollout;
  const served = servedVersion(found.controlPlanes, serving);
  const sidecars = served === undefined || !enabled ? [] : await readOutdated(cluster, wanted.rollout, served);
  const outdated = sidecars.flatMap(({ restarts }) => restarts.map(({ name }) => name));
  return [
    ...changes,
    ...(managed ? unfinishedReleases(wanted.releases, found.records) : []),
    ...(outdated.length === 0 ? [] : [`sidecars are outdated: ${listText(outdated)}`]),
  ];
}

/**
 * Reads what faults are judged by; changes nothing.
 * @throws Error with one line when the API server cannot be asked
 */
export async function observeFaults(cluster: Cluster, wanted: MeshWanted): Promise<FaultsFound> {
  const { namespace } = wanted;
  const [services, routes, entries, pods, sets, own, open] = await bounded(
    "the Kubernetes API",
    60,
    Promise.all([
      cluster.core.listNamespacedService({ namespace }),
      virtualServices(cluster, namespace),
      optional(listMetadata(cluster, collectionOf("ServiceEntry", namespace))),
      cluster.core.listNamespacedPod({ namespace }),
      cluster.apps.listNamespacedReplicaSet({ namespace }),
      optional<V1Namespace>(cluster.core.readNamespace({ name: namespace })),
      unfinished(cluster, wanted),
    ]),
  );
  return {
    services: services.items,
    virtualServices: routes.all,
    namespaceOnly: routes.namespaceOnly,
    serviceEntries: (entries ?? []).map(({ name }) => name),
    pods: pods.items,
    replicaSets: sets.items,
    namespaceLabels: own?.metadata?.labels ?? {},
    context: cluster.context,
    unfinished: open,
  };
}
