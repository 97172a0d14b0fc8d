import type * as pulumi from "@pulumi/pulumi";
import { bounded, connect, type ClusterAddress } from "../../../cluster/client/kubernetesClient";
import { readNamespace } from "../../../cluster/rollout/readNamespace";
import { restartWorkload } from "../../../cluster/rollout/restartWorkloads";
import type { Fault } from "../../../mesh/faults/fault";
import { hasLabels, proxyContainer } from "../../../mesh/istio/pods";
import { isLive } from "../../../mesh/istio/proxies";
import { keptFromRestart, nameOf, ownerOf, workloadsOf } from "../../../mesh/rollout/workloads";

// Runs in the process of Pulumi's dynamic provider, not in the program's.

/** Which workloads are restarted. */
export interface ClientRestartInputs {
  readonly kubernetes: ClusterAddress;
  readonly namespace: string;
  readonly faults: readonly Fault[];
  /** When the drill began, ISO 8601. */
  readonly start: string;
}

/** As `kubectl rollout restart` does it. */
const annotation = "kubectl.kubernetes.io/restartedAt";

async function restart({ kubernetes, namespace, faults, start }: ClientRestartInputs): Promise<void> {
  const cluster = await connect(kubernetes);
  const objects = await bounded("the Kubernetes API", 60, readNamespace(cluster, namespace));
  const calling = objects.pods.filter(
    (pod) =>
      isLive(pod) &&
      proxyContainer(pod) !== undefined &&
      faults.some(({ sourceLabels }) => hasLabels(pod.metadata?.labels, sourceLabels)),
  );
  const owners = new Set(calling.map((pod) => ownerOf(pod, objects.replicaSets)?.uid));
  for (const workload of workloadsOf(objects).filter(({ object }) => owners.has(object.metadata?.uid))) {
    const kept = keptFromRestart(workload);
    if (kept !== undefined) {
      console.log(`${nameOf(workload)}: not restarted: ${kept}`);
      continue;
    }
    await restartWorkload(cluster, workload, annotation, start);
    console.log(`${nameOf(workload)}: restarting, as faultInjection.restartClients asks`);
  }
}

/** What the restart does at each step of Pulumi's. */
export const provider: pulumi.dynamic.ResourceProvider = {
  diff: (_id, olds: ClientRestartInputs, news: ClientRestartInputs) =>
    Promise.resolve({ changes: JSON.stringify(olds.faults) !== JSON.stringify(news.faults), replaces: [] }),
  create: async (inputs: ClientRestartInputs) => {
    await restart(inputs);
    return { id: "clients", outs: inputs };
  },
  update: async (_id, _olds, news: ClientRestartInputs) => {
    await restart(news);
    return { outs: news };
  },
};
