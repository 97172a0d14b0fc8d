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
import type { AuthorizationPolicy, EnvoyFilter, Sidecar } from "../../mesh/doctor/policies";
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
import { readGatewaySecrets } from "./gatewaySecrets";
import { readListening } from "./listening";
import { readEjected, readProxies, readStuckFaults } from "./proxies";
import { mayBeStale, readIstiod, revisionOf } from "./running";

const [networking, security] = ["/apis/networking.istio.io/v1alpha3", "/apis/security.istio.io/v1beta1"];

/** Istio's own kinds, each with one list. */
async function readObjects(lists: Lists) {
  const [virtualServices, destinationRules, serviceEntries, gateways, sidecars, envoyFilters, ...more] =
    await Promise.all([
      lists.istio<VirtualService>("VirtualService", networking, "virtualservices"),
      lists.istio<DestinationRule>("DestinationRule", networking, "destinationrules"),
      lists.istio<ServiceEntry>("ServiceEntry", networking, "serviceentries"),
      lists.istio<Gateway>("Gateway", networking, "gateways"),
      lists.istio<Sidecar>("Sidecar", networking, "sidecars"),
      lists.istio<EnvoyFilter>("EnvoyFilter", networking, "envoyfilters"),
      lists.istio<PeerAuthentication>("PeerAuthentication", security, "peerauthentications"),
      lists.istio<AuthorizationPolicy>("AuthorizationPolicy", security, "authorizationpolicies"),
      lists.istio("ProxyConfig", "/apis/networking.istio.io/v1beta1", "proxyconfigs"),
    ]);
  const [peerAuthentications, authorizationPolicies, proxyConfigs] = more;
  return {
    ...{ virtualServices, destinationRules, serviceEntries, gateways, sidecars, envoyFilters },
    ...{ peerAuthentications, authorizationPolicies, proxyConfigs },
  };
}

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
  const deployed = `/apis/apps/v1/namespaces/${system}/deployments?labelSelector=${encodeURIComponent(controlPlaneSelector)}`;
  const [objects, version, namespaces, pods, services, deployments, ...more] = await Promise.all([
    readObjects(lists),
    cluster.version.getCode(),
    readNamespaces(lists, cluster, asked),
    lists.everywhere<V1Pod>("/api/v1", "pods"),
    lists.everywhere<V1Service>("/api/v1", "services"),
    lists.optional<readonly V1Deployment[] | undefined>(
      "control planes",
      listPages<V1Deployment>(cluster, deployed),
      undefined,
    ),
    lists.list<V1ConfigMap>("the mesh's configuration", `/api/v1/namespaces/${system}/configmaps`),
    lists.optional("Helm's records", helm, []),
    readWebhooks(lists, cluster),
    readGatewayCrds(lists, cluster),
  ]);
  const [maps, records, webhooks, gatewayCrds] = more;
  const { virtualServices, destinationRules, gateways, proxyConfigs, ...others } = objects;
  const instances = asked === "all" ? instancesIn(namespaces, pods.items) : asked;
  const own = pods.items.filter(({ metadata }) => instances.includes(metadata?.namespace ?? ""));
  const planes = controlPlanes(
    deployments ?? [],
    pods.items.filter(({ metadata }) => metadata?.namespace === system),
  );
  const planeVersion = planes.map(({ ready, declared }) => ready[0] ?? declared).find(isVersion);
  const layout = (planeVersion === undefined ? undefined : layoutOf(planeVersion)) ?? "modern";
  const isOwn = ({ metadata }: V1Service | Gateway) => instances.includes(metadata?.namespace ?? "");
  const [authority, istiod, proxies, ejected, listening, gatewaySecrets] = await Promise.all([
    readAuthority(lists, cluster, maps),
    readIstiod(cluster, lists, pods.items),
    readProxies(cluster, lists, own),
    readEjected(cluster, lists, own, destinationRules),
    // Before Istio 1.10 the sidecar called the application at 127.0.0.1.
    layout === "classic" ? [] : readListening(cluster, lists, services.items.filter(isOwn), own),
    readGatewaySecrets(cluster, lists, gateways.filter(isOwn), pods.items),
  ]);
  const faults = new Set(virtualServices.map(({ metadata: { name, namespace = "" } }) => `${namespace}/${name}`));
  const labels = namespaces.find(({ name }) => name === instances[0])?.labels;
  return {
    instances,
    now: new Date(),
    kubernetes: `${version.major}.${version.minor.replace(/\D/g, "")}`,
    layout,
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
    controlPlanes: planes,
    planesUnseen: deployments === undefined,
    ...{ virtualServices, destinationRules, gateways, ...others, gatewaySecrets },
    ...{ webhooks, records, gatewayCrds, ...authority, istiod, ...proxies, ejected, listening },
    // The same objects in the client's words; of those that are read here only dates differ.
    settings: { deployments: deployments ?? [], configMaps: maps, proxyConfigs } as unknown as Evidence["settings"],
    meshConfig: meshConfigOf(maps, revisionOf(labels)),
    stuckFaults: mayBeStale(planes, istiod) ? await readStuckFaults(cluster, own, faults) : [],
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
