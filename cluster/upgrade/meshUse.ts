import { systemNamespace as system } from "../../mesh/istio/names";
import { isForeign } from "../../mesh/upgrade/helmHistory";
import type { MeshUse, RevisionTag } from "../../mesh/upgrade/meshUse";
import { isDenied, isNotFound, reasonOf } from "../client/errors";
import { bounded, listMetadata, type Cluster } from "../client/kubernetesClient";
import { helmRecord } from "./helmRecords";
import { allPods } from "./observe";

async function readTags(cluster: Cluster): Promise<readonly RevisionTag[]> {
  const label = encodeURIComponent("istio.io/tag");
  const kind = "mutatingwebhookconfigurations";
  const path = `/apis/admissionregistration.k8s.io/v1/${kind}?labelSelector=${label}`;
  return (await listMetadata(cluster, path)).map(({ labels = {}, annotations = {} }) => ({
    tag: labels["istio.io/tag"] ?? "",
    revision: labels["istio.io/rev"] ?? "",
    release: annotations["meta.helm.sh/release-name"],
  }));
}

async function readForeignReleases({ core }: Cluster, stack: string): Promise<readonly string[]> {
  const secrets = await core.listNamespacedSecret({ namespace: system, labelSelector: "owner=helm" });
  const records = secrets.items.map(helmRecord).filter((record) => record !== undefined);
  return [...new Set(records.map(({ release }) => release))].filter((name) => isForeign(name, records, stack));
}

/** What is read beside pods, namespaces and gateways. */
export interface Reading {
  /** Whether revision tags are, which the classic layout does not have. */
  readonly tags: boolean;
  /** The stack whose releases are not somebody else's; absent: nobody's releases are read. */
  readonly stack?: string | undefined;
}

/** Reads who uses the mesh; what may not be read is named in the answer. */
export async function readMeshUse(cluster: Cluster, { tags, stack }: Reading): Promise<MeshUse> {
  const unread: string[] = [];
  const read = async <T>(what: string, work: Promise<readonly T[]>): Promise<readonly T[]> => {
    try {
      return await work;
    } catch (error) {
      if (!isDenied(error) && !isNotFound(error)) throw error;
      unread.push(`${what}: ${reasonOf(error)}`);
      return [];
    }
  };
  const labelSelector = "gateway.istio.io/managed";
  const gateways = () => cluster.apps.listDeploymentForAllNamespaces({ labelSelector }).then(({ items }) => items);
  const lists = Promise.all([
    allPods(cluster),
    read("namespaces", listMetadata(cluster, "/api/v1/namespaces")),
    read("Deployments", gateways()),
    tags ? read("revision tags", readTags(cluster)) : [],
    stack === undefined ? [] : read("Helm's records", readForeignReleases(cluster, stack)),
  ]);
  const [pods, namespaces, made, pointing, releases] = await bounded("the Kubernetes API", 60, lists);
  if (pods === undefined) unread.unshift("pods: not permitted (HTTP 403)");
  return { pods: pods ?? [], namespaces, gateways: made, tags: pointing, releases, unread };
}
