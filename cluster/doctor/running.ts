import type { V1Pod } from "@kubernetes/client-node";
import type { IstiodEvidence, PushConflict, Rejection } from "../../mesh/doctor/evidence";
import { defaultRevision, discovery, planeRevision, type ControlPlane } from "../../mesh/istio/controlPlanes";
import { systemNamespace } from "../../mesh/istio/names";
import { isReady } from "../../mesh/istio/pods";
import { reasonOf, unlessInternal } from "../client/errors";
import { bounded, type Cluster } from "../client/kubernetesClient";
import { readMetrics } from "../upgrade/pilots";
import type { Lists } from "./lists";

/** Where a control plane of either layout answers questions about itself. */
const debugPort = 8080;
/** How long a control plane may take to answer, in seconds. */
const planeSeconds = 10;

interface Resource {
  readonly lastError?: string;
}

/** What istiod knows of a proxy; older versions do not name what it refused. */
interface SyncStatus {
  readonly proxy?: string;
  readonly resources?: Readonly<Record<string, Resource>> | null;
}

type PushStatus = Readonly<Record<string, Readonly<Record<string, { readonly message?: string }>> | null>>;

/** Envoy's message out of the status in which istiod keeps it, in one line. */
function messageIn(status: string): string {
  const quoted = /\bmessage:\s*"((?:[^"\\]|\\.)*)"/.exec(status)?.[1]?.replace(/\\n/g, " ").replace(/\\(.)/g, "$1");
  const line = (quoted ?? status).replace(/\s+/g, " ").trim();
  // Before a broken rule Envoy prints the resource whole: its name is enough.
  const [, name, reason] = /^goo\.gle\/\S+ name: "([^"]*)" .*: (Proto constraint .*)$/.exec(line) ?? [];
  return name === undefined || reason === undefined ? line : `${name}: ${reason}`;
}

/** Reads what istiod says of its proxies. */
export function rejectionsIn(text: string): readonly Rejection[] {
  const clients = (JSON.parse(text) ?? []) as readonly SyncStatus[];
  return clients.flatMap(({ proxy = "", resources }) =>
    Object.entries(resources ?? {}).flatMap(([type, { lastError = "" }]) =>
      lastError === "" ? [] : [{ proxy, type: type.split(".").at(-1) ?? type, message: messageIn(lastError) }],
    ),
  );
}

/** Reads the conflicts that istiod found when it last made configuration. */
export function conflictsIn(text: string): readonly PushConflict[] {
  const status = (JSON.parse(text === "" ? "{}" : text) ?? {}) as PushStatus;
  return Object.entries(status).flatMap(([metric, cases]) =>
    Object.entries(cases ?? {}).map(([key, { message = "" }]) => ({ metric, key, message })),
  );
}

/** Asks the ready control planes what they know. */
export async function readIstiod(
  cluster: Cluster,
  lists: Lists,
  pods: readonly V1Pod[],
): Promise<IstiodEvidence | undefined> {
  const own = pods.filter(
    (pod) => pod.metadata?.namespace === systemNamespace && isReady(pod) && discovery(pod.spec) !== undefined,
  );
  if (own.length === 0) return undefined;
  const ask = async (path: string): Promise<readonly string[]> => {
    const answers = own.map(({ metadata }) => {
      const asked = { namespace: systemNamespace, pod: metadata?.name ?? "", port: debugPort, path };
      return bounded("istiod", planeSeconds, cluster.askPod(asked));
    });
    try {
      return await Promise.all(answers);
    } catch (error) {
      unlessInternal(error);
      lists.unseen.push(`istiod's ${path}: ${reasonOf(error)}`);
      return [];
    }
  };
  const revisions = [...new Set(own.map(({ metadata }) => planeRevision(metadata?.labels)))];
  const [synced, pushed, ...counts] = await Promise.all([
    ask("/debug/syncz"),
    ask("/debug/push_status"),
    ...revisions.map((revision) => readMetrics(cluster, revision)),
  ]);
  if (counts.includes(undefined)) lists.unseen.push("istiod's metrics: they may not, or cannot, be asked for");
  return {
    rejected: counts.reduce((sum, one) => sum + (one?.rejections ?? 0), 0),
    rejections: synced.flatMap(rejectionsIn),
    conflicts: pushed.flatMap(conflictsIn),
  };
}

/** Whether proxies may have something else than their control plane would send. */
export const mayBeStale = (planes: readonly ControlPlane[], istiod: IstiodEvidence | undefined) =>
  planes.some(({ ready }) => ready.length === 0) || (istiod?.rejected ?? 0) + (istiod?.rejections.length ?? 0) > 0;

/** The revision that serves a namespace, by its label. */
export const revisionOf = (labels: Readonly<Record<string, string>> = {}) => {
  const revision = labels["istio.io/rev"];
  return revision === defaultRevision ? undefined : revision;
};
