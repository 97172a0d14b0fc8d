import type { V1ConfigMap, V1Deployment, V1Namespace, V1Pod, V1Service } from "@kubernetes/client-node";
import type { Evidence, WantedMesh } from "../../mesh/doctor/evidence";
import type {
  DestinationRule,
  Gateway,
  ObjectMetadata,
  PeerAuthentication,
  ServiceEntry,
  VirtualService,
} from "../../mesh/doctor/objects";
import { controlPlanes, isVersion } from "../../mesh/istio/controlPlanes";
import { systemNamespace as system } from "../../mesh/istio/names";
import { proxyContainer } from "../../mesh/istio/pods";
import { layoutOf } from "../../mesh/istio/releases";
import { bounded, listMetadata, type Cluster } from "../client/kubernetesClient";
import { listPages } from "../client/pages";
import { controlPlaneSelector } from "../upgrade/controlPlanes";
import { helmRecord } from "../upgrade/helmRecords";
import { Lists } from "./lists";
import { meshConfigOf, readAuthority, readGatewayCrds, readWebhooks } from "./meshParts";
import { mayBeStale, readIstiod, readProxies, readStuckFaults, revisionOf } from "./running";

const networking = "/apis/networking.istio.io/v1alpha3";

/** Names and labels of the namespaces; of those that are asked for where not all may be seen. */
async function readNamespaces(
  lists: Lists,
  cluster: Cluster,
  asked: readonly string[] | "all",
): Promise<readonly ObjectMetadata[]> {
  if (asked === "all") return lists.optional("namespaces", listMetadata(cluster, "/api/v1/namespaces"), []);
  const one = async (name: string): Promise<readonly ObjectMetadata[]> => {
    const read = cluster.send("GET", `/api/v1/namespaces/${name}`).then((text) => JSON.parse(text) as V1Namespace);
    const found = await lists.optional<V1Namespace | undefined>(`namespace ${name}`, read, undefined);
    return found === undefined ? [] : [{ name, labels: found.metadata?.labels ?? {} }];
  };
  return (await Promise.all(asked.map(one))).flat();
}

/** The namespaces that are instances: their pods have sidecars, or would get them. */
function instancesIn(namespaces: readonly ObjectMetadata[], pods: readonly V1Pod[]): readonly string[] {
  const labelled = namespaces.filter(
    ({ labels = {} }) => labels["istio-injection"] === "enabled" || labels["istio.io/rev"] !== undefined,
  );
  const served = pods
    .filter((pod) => proxyContainer(pod) !== undefined)
    .map(({ metadata }) => metadata?.namespace ?? "");
  const names = new Set([...labelled.map(({ name }) => name), ...served]);
  return [...names].filter((name) => name !== system).sort();
}

async function read(
  cluster: Cluster,
  asked: readonly string[] | "all",
  wanted: WantedMesh | undefined,
): Promise<Evidence> {
  const lists = new Lists(cluster, asked === "all" ? [] : asked);
  const helm = cluster.core
    .listNamespacedSecret({ namespace: system, labelSelector: "owner=helm" })
    .then(({ items }) => items.map(helmRecord).filter((record) => record !== undefined));
  const planes = `/apis/apps/v1/namespaces/${system}/deployments?labelSelector=${encodeURIComponent(controlPlaneSelector)}`;
  const [version, namespaces, pods, services, deployments, maps, records, webhooks, gatewayCrds] = await Promise.all([
    cluster.version.getCode(),
    readNamespaces(lists, cluster, asked),
    lists.everywhere<V1Pod>("/api/v1", "pods"),
    lists.everywhere<V1Service>("/api/v1", "services"),
    lists.optional<readonly V1Deployment[] | undefined>(
      "control planes",
      listPages<V1Deployment>(cluster, planes),
      undefined,
    ),
    lists.list<V1ConfigMap>("the mesh's configuration", `/api/v1/namespaces/${system}/configmaps`),
    lists.optional("Helm's records", helm, []),
    readWebhooks(lists, cluster),
    readGatewayCrds(lists, cluster),
  ]);
  const [virtualServices, destinationRules, serviceEntries, gateways, peerAuthentications, authority] =
    await Promise.all([
      lists.istio<VirtualService>("VirtualService", networking, "virtualservices"),
      lists.istio<DestinationRule>("DestinationRule", networking, "destinationrules"),
      lists.istio<ServiceEntry>("ServiceEntry", networking, "serviceentries"),
      lists.istio<Gateway>("Gateway", networking, "gateways"),
      lists.istio<PeerAuthentication>("PeerAuthentication", "/apis/security.istio.io/v1beta1", "peerauthentications"),
      readAuthority(lists, cluster, maps),
    ]);
  const instances = asked === "all" ? instancesIn(namespaces, pods.items) : asked;
  const own = pods.items.filter(({ metadata }) => instances.includes(metadata?.namespace ?? ""));
  const running = controlPlanes(
    deployments ?? [],
    pods.items.filter(({ metadata }) => metadata?.namespace === system),
  );
  const [istiod, proxies] = await Promise.all([
    readIstiod(cluster, lists, pods.items),
    readProxies(cluster, lists, own),
  ]);
  const faults = new Set(virtualServices.map(({ metadata: { name, namespace = "" } }) => `${namespace}/${name}`));
  const planeVersion = running.map(({ ready, declared }) => ready[0] ?? declared).find(isVersion);
  const labels = namespaces.find(({ name }) => name === instances[0])?.labels;
  return {
    instances,
    now: new Date(),
    kubernetes: `${version.major}.${version.minor.replace(/\D/g, "")}`,
    layout: (planeVersion === undefined ? undefined : layoutOf(planeVersion)) ?? "modern",
    namespaces,
    // One that may not be read is named as such.
    absent: instances.filter(
      (name) =>
        !namespaces.some((one) => one.name === name) &&
        !lists.unseen.some((line) => line.startsWith(`namespace ${name}: `)),
    ),
    pods: pods.items,
    podsUnseen: !pods.whole,
    services: services.items,
    controlPlanes: running,
    planesUnseen: deployments === undefined,
    ...{ virtualServices, destinationRules, serviceEntries, gateways, peerAuthentications },
    ...{ webhooks, records, gatewayCrds, ...authority, istiod, proxies },
    meshConfig: meshConfigOf(maps, revisionOf(labels)),
    stuckFaults: mayBeStale(running, istiod) ? await readStuckFaults(cluster, own, faults) : [],
    wanted,
    unseen: lists.unseen,
  };
}

/**
 * Reads all that the doctor judges by; changes nothing. What may not be read is named in the answer.
 * @param instances namespaces, or every one that has sidecars
 * @param wanted what the settings say, where there are some
 * @throws Error with one line when the API server cannot be asked
 */
export const readEvidence = (cluster: Cluster, instances: readonly string[] | "all", wanted?: WantedMesh) =>
  bounded("the Kubernetes API", 120, read(cluster, instances, wanted));
