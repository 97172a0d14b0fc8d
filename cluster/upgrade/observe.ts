import type { V1Namespace, V1Pod, V1PodList } from "@kubernetes/client-node";
import { faultLabel } from "../../mesh/faults/faultObjects";
import { runningVersion, type ControlPlane } from "../../mesh/istio/controlPlanes";
import { systemNamespace as system } from "../../mesh/istio/names";
import { countByWorkload, proxyRevision } from "../../mesh/istio/proxies";
import { targetOf, type HelmRevision, type JudgedMesh, type ObservedMesh } from "../../mesh/upgrade/gateTypes";
import { missingObjects } from "../../mesh/upgrade/missingObjects";
import { controlPlaneOf } from "../../mesh/upgrade/revisions";
import { optional } from "../client/errors";
import { bounded, listMetadata, type Cluster, type Metadata } from "../client/kubernetesClient";
import { readControlPlanes } from "./controlPlanes";
import { helmRecord } from "./helmRecords";

async function readCrds(cluster: Cluster): Promise<readonly Metadata[]> {
  const at = (version: string) =>
    optional(listMetadata(cluster, `/apis/apiextensions.k8s.io/${version}/customresourcedefinitions`));
  // Kubernetes up to 1.15 has the old version only.
  const all = (await at("v1")) ?? (await at("v1beta1")) ?? [];
  return all.filter(({ name }) => name.endsWith(".istio.io"));
}

/** All pods of a cluster; `undefined` where it may not be seen whole. */
export async function allPods({ core }: Cluster): Promise<readonly V1Pod[] | undefined> {
  const pods: V1Pod[] = [];
  let _continue = "";
  do {
    const page: V1PodList | undefined = await optional(core.listPodForAllNamespaces({ limit: 500, _continue }));
    if (page === undefined) return undefined;
    pods.push(...page.items);
    _continue = page.metadata?._continue ?? "";
  } while (_continue !== "");
  return pods;
}

/** Counts the proxies of the whole mesh, by workload; of a cluster that may not be seen whole, none. */
async function meshProxies(
  cluster: Cluster,
  own: ControlPlane | undefined,
): Promise<Pick<ObservedMesh, "proxies" | "proxiesUnseen">> {
  const pods = await allPods(cluster);
  if (pods === undefined) return { proxies: {}, proxiesUnseen: true };
  // Those of another revision stay with it.
  return { proxies: countByWorkload(pods.filter((pod) => own === undefined || proxyRevision(pod) === own.revision)) };
}

/** What only a change of the version is judged by. */
async function observeChange(
  cluster: Cluster,
  classic: boolean,
  own: ControlPlane | undefined,
): Promise<Pick<ObservedMesh, "proxies" | "proxiesUnseen" | "faults" | "galley">> {
  const label = encodeURIComponent(faultLabel);
  const webhooks = (version: string) =>
    optional(listMetadata(cluster, `/apis/admissionregistration.k8s.io/${version}/validatingwebhookconfigurations`));
  const [proxies, faults, ...configurations] = await Promise.all([
    meshProxies(cluster, own),
    optional(listMetadata(cluster, `/apis/networking.istio.io/v1alpha3/virtualservices?labelSelector=${label}`)),
    ...(classic ? [webhooks("v1"), webhooks("v1beta1")] : []),
  ]);
  return {
    ...proxies,
    faults: [...new Set((faults ?? []).map(({ namespace = "" }) => namespace))].sort(),
    galley: configurations.some((list) => list?.some(({ name }) => name === "istio-galley")),
  };
}

async function missing(cluster: Cluster, records: readonly HelmRevision[], crds: readonly Metadata[]) {
  const [deployments, daemonSets] = await Promise.all([
    cluster.apps.listNamespacedDeployment({ namespace: system }),
    listMetadata(cluster, `/apis/apps/v1/namespaces/${system}/daemonsets`),
  ]);
  return missingObjects(records, {
    crds: crds.map(({ name }) => name),
    deployments: deployments.items,
    daemonSets: daemonSets.map(({ name }) => name),
  });
}

/**
 * Reads what the gate judges by; changes nothing.
 * @param wanted a stack that does not own istio-system needs no rights to Helm's records, which are Secrets
 * @throws Error with one line when the API server cannot be asked
 */
export function observe(
  cluster: Cluster,
  wanted: Pick<JudgedMesh, "namespace" | "controlPlane" | "layout" | "version" | "target" | "revision" | "recorded">,
): Promise<ObservedMesh> {
  return bounded("the Kubernetes API", 30, observeWith(cluster, wanted));
}

async function observeWith(cluster: Cluster, wanted: Parameters<typeof observe>[1]): Promise<ObservedMesh> {
  const managed = wanted.controlPlane === "managed";
  const [version, secrets, planes, crds, ...namespaces] = await Promise.all([
    cluster.version.getCode(),
    managed ? cluster.core.listNamespacedSecret({ namespace: system, labelSelector: "owner=helm" }) : { items: [] },
    readControlPlanes(cluster),
    managed ? readCrds(cluster) : [],
    ...["kube-system", system, wanted.namespace].map((name): Promise<V1Namespace | undefined> =>
      optional(cluster.core.readNamespace({ name })),
    ),
  ]);
  const records = secrets.items.map(helmRecord).filter((record) => record !== undefined);
  const own = controlPlaneOf(planes, wanted);
  const changes = managed && planes.length > 0 && runningVersion(own, wanted.recorded) !== targetOf(wanted);
  const none = { proxies: {}, faults: [], galley: false };
  const [change, gone] = await Promise.all([
    changes ? observeChange(cluster, wanted.layout === "classic", own) : none,
    managed ? missing(cluster, records, crds) : [],
  ]);
  return {
    kubernetes: `${version.major}.${version.minor.replace(/\D/g, "")}`,
    records,
    controlPlanes: planes,
    crds,
    missing: gone,
    ...change,
    cluster: namespaces[0]?.metadata?.uid,
    terminating: namespaces
      .filter((item) => item?.status?.phase === "Terminating")
      .map((item) => item?.metadata?.name ?? ""),
  };
}
