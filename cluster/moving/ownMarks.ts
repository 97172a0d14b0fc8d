import type { V1Secret } from "@kubernetes/client-node";
import { adoptingAnnotation, systemNamespace } from "../../mesh/istio/names";
import { plainDescription, type ClusterHoldings } from "../../mesh/moving/lettingGo";
import type { HelmRevision } from "../../mesh/upgrade/gateTypes";
import type { Settings } from "../../settings/types";
import { isNotFound, optional } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { forgetEndedDrills, readEndedDrills } from "../faults/endedByHand";
import { readFaultObjects } from "../faults/faultObjects";
import { readControlPlanes } from "../upgrade/controlPlanes";
import { helmRecord, packed, unpacked } from "../upgrade/helmRecords";

/** Annotation with which Pulumi's provider is told to take a label over; it stays on the namespace. */
const patchForce = "pulumi.com/patchForce";

/** The program's marks on an instance's namespace. */
export interface NamespaceMarks {
  /** Whether Pulumi's annotation is on it. */
  readonly annotated: boolean;
  /** Whether the note of drills that were ended by hand is in it. */
  readonly noted: boolean;
}

/** What of a stack is in the cluster, with its marks. */
export interface Marks extends ClusterHoldings {
  readonly namespace: NamespaceMarks;
  /** Deployments of control planes that an adoption which was broken off has marked. */
  readonly adopting: readonly string[];
  /** Kinds of parts of faults that may not be listed. */
  readonly unseen: readonly string[];
}

const path = (namespace: string) => `/api/v1/namespaces/${namespace}`;

/**
 * Reads what a stack has in its cluster; changes nothing.
 * @throws HttpError where it may not be seen
 */
export async function readMarks(
  cluster: Cluster,
  { stack, namespace, istio }: Pick<Settings, "stack" | "namespace" | "istio">,
): Promise<Marks> {
  const { core } = cluster;
  // Only a stack that owns istio-system has releases there.
  const managed = istio.controlPlane === "managed";
  const [secrets, system, own, faults, drills, planes] = await Promise.all([
    managed
      ? bounded(
          "the Kubernetes API",
          30,
          core.listNamespacedSecret({ namespace: systemNamespace, labelSelector: "owner=helm" }),
        )
      : { items: [] },
    optional(core.readNamespace({ name: "kube-system" })),
    core.readNamespace({ name: namespace }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    }),
    readFaultObjects(cluster, namespace),
    readEndedDrills(cluster, namespace),
    managed ? readControlPlanes(cluster) : [],
  ]);
  return {
    records: secrets.items.map(helmRecord).filter((record) => record !== undefined),
    cluster: system?.metadata?.uid,
    faults: faults.found.map(({ key }) => key),
    unseen: faults.unseen,
    adopting: planes.filter(({ adoptedBy }) => adoptedBy === stack).map(({ name }) => name),
    namespace: { annotated: own?.metadata?.annotations?.[patchForce] !== undefined, noted: drills.length > 0 },
  };
}

/** Takes the mark off one of Helm's records; not a letter of it changes beside its description. */
async function takeOffRecord({ core, send }: Cluster, record: HelmRevision): Promise<void> {
  const { secret: name, description } = record;
  const found: V1Secret = await core.readNamespacedSecret({ name, namespace: systemNamespace });
  const json = unpacked(found.data?.["release"]);
  // The release's own description comes before the chart's and the values.
  const changed = json.replace(
    `"description":${JSON.stringify(description)}`,
    `"description":${JSON.stringify(plainDescription(record))}`,
  );
  const { info } = JSON.parse(changed) as { info?: { description?: string } };
  if (info?.description !== plainDescription(record)) throw new Error(`Secret ${name} is none of Helm's records`);
  const data = { release: packed(changed) };
  // Helm may have written it meanwhile: then nothing is changed.
  const metadata = { resourceVersion: found.metadata?.resourceVersion };
  await send("PATCH", `${path(systemNamespace)}/secrets/${name}`, { body: { metadata, data } });
}

/** Takes the program's marks off; what has none any more is left alone, so that a second try finishes the first. */
export async function takeOffMarks(
  cluster: Cluster,
  namespace: string,
  records: readonly HelmRevision[],
  { adopting, namespace: { annotated, noted } }: Pick<Marks, "adopting" | "namespace">,
): Promise<void> {
  for (const record of records) await bounded(`unmarking ${record.secret}`, 30, takeOffRecord(cluster, record));
  for (const name of adopting)
    await cluster.send("PATCH", `/apis/apps/v1/namespaces/${systemNamespace}/deployments/${name}`, {
      body: { metadata: { annotations: { [adoptingAnnotation]: null } } },
    });
  if (annotated)
    await cluster.send("PATCH", path(namespace), { body: { metadata: { annotations: { [patchForce]: null } } } });
  if (noted) await forgetEndedDrills(cluster, namespace);
}
