import type * as pulumi from "@pulumi/pulumi";
import { readNamespace } from "../cluster/dataPlane";
import { connect, type ClusterAddress } from "../cluster/kubernetes";
import { annotateTemplate } from "../cluster/rollOut";
import { proxyContainer } from "../mesh/pods";
import { isLive } from "../mesh/proxies";
import { nameOf, ownerOf, workloadsOf } from "../mesh/workloads";

// Runs in the process of Pulumi's dynamic provider, not in the program's.

/** Which workloads are restarted. */
export interface ClientRestartInputs {
  readonly kubernetes: ClusterAddress;
  readonly namespace: string;
  readonly drill: string;
  /** Labels of the calling pods, of each fault; no labels: every pod. */
  readonly callers: readonly Readonly<Record<string, string>>[];
}

const annotation = "jam-istio/restarted-for-drill";

async function restart({ kubernetes, namespace, drill, callers }: ClientRestartInputs): Promise<void> {
  const cluster = await connect(kubernetes);
  const objects = await readNamespace(cluster, namespace);
  const calling = objects.pods.filter(
    (pod) =>
      isLive(pod) &&
      proxyContainer(pod) !== undefined &&
      callers.some((labels) => Object.entries(labels).every(([key, value]) => pod.metadata?.labels?.[key] === value)),
  );
  const owners = new Set(calling.map((pod) => ownerOf(pod, objects.replicaSets)?.uid));
  for (const workload of workloadsOf(objects).filter(({ object }) => owners.has(object.metadata?.uid))) {
    await annotateTemplate(cluster, workload, annotation, drill);
    console.log(`${nameOf(workload)}: restarting, as faultInjection.restartClients asks`);
  }
}

/** What the restart does at each step of Pulumi's. */
export const provider: pulumi.dynamic.ResourceProvider = {
  diff: (_id, olds: ClientRestartInputs, news: ClientRestartInputs) =>
    Promise.resolve({ changes: olds.drill !== news.drill, replaces: [] }),
  create: async (inputs: ClientRestartInputs) => {
    await restart(inputs);
    return { id: inputs.drill, outs: inputs };
  },
  update: async (_id, _olds, news: ClientRestartInputs) => {
    await restart(news);
    return { outs: news };
  },
};
