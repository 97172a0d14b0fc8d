import type { connectOnce } from "../../cluster/client/kubernetesClient";
import { resourcesOf } from "../../cluster/client/resources";
import { readAdditional, type Additional } from "../../cluster/drift/additional";
import { findObject } from "../../cluster/drift/liveObjects";
import type { Observed } from "../../delivery/drift/drift";
import { mannerOf } from "../../delivery/drift/rules";
import type { MeshPlan } from "../../mesh/meshPlan";
import type { KubernetesObject } from "../../render/objects";
import { eachOf } from "../../tools/eachOf";
import { clusterError } from "../terminal/clusterError";
import { say } from "../terminal/say";
import { renderWhole } from "./renderWhole";

/** How many objects are asked about at the same time: the API server's own limit for one client is not far above. */
const atOnce = 8;

/** How long the whole look may take, in seconds. */
export const lookSeconds = 300;

/** Everything that the stack should have in the cluster. */
export async function wantedObjects(plan: MeshPlan, charts: string | undefined): Promise<readonly KubernetesObject[]> {
  const root = charts ?? process.env["JAM_ISTIO_CHARTS"] ?? "";
  const rendered = await renderWhole(plan, root === "" ? undefined : root, "nothing is compared");
  return rendered.flatMap((item) => (item.kind === "object" ? [item.object] : (item.release.objects ?? [])));
}

/** Kinds of Istio that act on the whole mesh where they stand in istio-system, also where no chart makes one. */
const istioKinds = [
  ...["EnvoyFilter", "Sidecar", "VirtualService", "DestinationRule", "ServiceEntry", "Gateway"].map((kind) => ({
    apiVersion: "networking.istio.io/v1alpha3",
    kind,
  })),
  ...["PeerAuthentication", "AuthorizationPolicy", "RequestAuthentication"].map((kind) => ({
    apiVersion: "security.istio.io/v1beta1",
    kind,
  })),
];

/** Throws why a cluster gives no answer. */
export const unreadable = (error: unknown): never => {
  throw clusterError("the cluster cannot be read", error);
};

/** An object that should be there, and what of it is. */
export interface Looked {
  readonly object: KubernetesObject;
  readonly observed: Observed;
}

/** Asks the API server about every object of a stack; changes nothing. @throws Error where the cluster gives no answer */
export async function lookAtCluster(
  plan: MeshPlan,
  objects: readonly KubernetesObject[],
  connected: ReturnType<typeof connectOnce>,
): Promise<{ readonly looked: readonly Looked[]; readonly more: Additional }> {
  const cluster = await connected();
  const resources = resourcesOf(cluster);
  const wanted = objects.filter((object) => mannerOf(object) !== "none");
  say(`comparing ${String(wanted.length)} objects with the cluster`);
  const looked = await eachOf(wanted, atOnce, async (object) => ({
    object,
    observed: await findObject(cluster, resources, object, mannerOf(object) === "fields"),
  }));
  const releases = plan.releases.map(({ name }) => name);
  const more: Additional =
    releases.length === 0
      ? { found: [], unseen: [] }
      : await readAdditional(cluster, resources, { wanted: objects, releases, istioKinds });
  return { looked, more };
}
