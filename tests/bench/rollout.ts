import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../cluster/client/kubernetesClient";
import { readNamespace } from "../../cluster/rollout/readNamespace";
import { restartWorkloads } from "../../cluster/rollout/restartWorkloads";
import { findBinaries } from "../../lab/binaries";
import { startControlPlane } from "../../lab/controlPlane";
import { applyObjects } from "../../lab/planeFile";
import type { Restart } from "../../mesh/rollout/outdatedSidecars";
import { nameOf, progressOf, workloadsOf } from "../../mesh/rollout/workloads";
import type { Measured } from "./measured";

const namespace = "bench";
const many = 100;
const parallel = 5;

const deployment = (name: string): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: "app", image: "example.com/sample:1" }] },
    },
  },
});

const quiet = () => undefined;

/** Rolls 100 Deployments of 2 replicas, against the slowest that the parallelism allows: each as slow as the slowest one alone. */
export async function rolloutRows(): Promise<readonly Measured[] | string> {
  const binaries = findBinaries("1.34");
  if (typeof binaries === "string") return binaries;
  const plane = await startControlPlane("1.34");
  try {
    await plane.kubectl("create", "namespace", namespace);
    await applyObjects(
      plane.plane,
      Array.from({ length: many }, (_, at) => deployment(`w${String(at)}`)),
    );
    const cluster = await connect({ kubeconfig: plane.kubeconfig });
    const read = async () => workloadsOf(await readNamespace(cluster, namespace));
    while (!(await read()).every((workload) => progressOf(workload).settled)) await sleep(500);
    const restarts = async (value: string): Promise<readonly Restart[]> =>
      (await read()).map((workload) => ({ workload, name: nameOf(workload), value, begun: false }));
    const options = { parallel, timeoutSeconds: 600, log: quiet };
    const timed = async (some: readonly Restart[]) => {
      const start = performance.now();
      await restartWorkloads(cluster, some, options);
      return (performance.now() - start) / 1000;
    };
    let slowest = 0;
    for (const one of (await restarts("alone")).slice(0, 5)) slowest = Math.max(slowest, await timed([one]));
    const before = process.resourceUsage().maxRSS;
    const seconds = await timed(await restarts("all"));
    const megabytes = (process.resourceUsage().maxRSS - before) / 1024;
    const allowed = `the slowest that ${String(parallel)} at a time allow`;
    return [
      { what: allowed, seconds: (many / parallel) * slowest },
      { what: `rollout of ${String(many)} Deployments`, seconds, megabytes, against: allowed, aim: "1.5, 300 MB" },
    ];
  } finally {
    await plane.stop();
  }
}
