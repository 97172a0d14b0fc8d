import type { V1Pod } from "@kubernetes/client-node";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AgentClient } from "./agentClient";
import { injectProxy, proxyOf } from "./injector";
import { JobWorker } from "./jobs";
import { behaviourService, labObjects } from "./labObjects";
import { readLabInfo, stopControlPlane } from "./planeFile";
import { annotate, behaviourOf, podAnnotation, rejectionsKey } from "./podBehaviour";
import { RealIstiod } from "./realIstiod";
import { makeCertificate, serveWebhooks, type Answer } from "./webhookServer";
import { messageOf } from "../tools/errors";

// The process beside a control plane: it plays the parts that simulated pods cannot, and clears up after a crash.

const folder = process.argv[2] ?? "";
const plane = readLabInfo(folder);

/** Answers for the injector of the control plane that runs, and for the lab's own webhook. */
function answerWith(client: AgentClient): Answer {
  return async (service, path, request) => {
    const pod = request.object as V1Pod;
    const name = pod.metadata?.name ?? pod.metadata?.generateName ?? "";
    if (service.name === behaviourService) {
      const behaviour = behaviourOf(await client.askedBehaviour(), request.namespace ?? "", name);
      return behaviour === undefined ? [] : [annotate(pod, podAnnotation, behaviour)];
    }
    const image = await client.readyImage(service.namespace, service.name);
    if (image === undefined) return undefined;
    if (!path.startsWith("/inject")) return [];
    // The Service of a revision is istiod-<revision>, its injector's ConfigMap istio-sidecar-injector-<revision>.
    const revision = /^istiod(-.+)$/.exec(service.name)?.[1] ?? "";
    const { values = "{}" } = await client.configMap(service.namespace, `istio-sidecar-injector${revision}`);
    return injectProxy(pod, proxyOf(values, image), revision.slice(1) || "default");
  };
}

/** Waits for the kubeconfig, which kwokctl writes once the control plane answers. */
async function waitForCluster(): Promise<AgentClient> {
  for (;;) {
    try {
      // It may be there half.
      const client = new AgentClient(plane.kubeconfig);
      await client.core.listNode();
      return client;
    } catch {
      await sleep(100);
    }
  }
}

async function main(): Promise<void> {
  if (plane.temporary) {
    // The other end is the process that started the lab: when it is gone, so is the lab.
    process.stdin.resume().once("close", () => {
      void stopControlPlane(folder, { keepAgent: true }).finally(() => process.exit(0));
    });
  }
  const certificate = await makeCertificate(["istio-system", "kube-system"]);
  const client = await waitForCluster();
  const istiod = plane.istiod === undefined ? undefined : new RealIstiod(client, plane, plane.istiod);
  process.once("SIGTERM", () => process.exit(0));
  process.once("exit", () => istiod?.stop());
  // The simulated node has no kubelet; whoever plays one listens here.
  const kubelet = join(folder, "kubelet.sock");
  const portFor = (address: string): Promise<number | string | undefined> =>
    address.endsWith(":10250") && existsSync(kubelet)
      ? Promise.resolve(kubelet)
      : (istiod?.portFor(address) ?? Promise.resolve(undefined));
  const metrics = async (address: string) => {
    const { [rejectionsKey]: rejections = "0" } = await client.askedBehaviour();
    return `pilot_total_xds_rejects{type="lds"} ${rejections}\npilot_xds ${String(await client.countProxies(address))}\n`;
  };
  await serveWebhooks(plane.socket, certificate, answerWith(client), metrics, portFor);
  await labObjects(plane, certificate.cert);
  process.stdout.write("ready\n");
  const jobs = new JobWorker(client, plane);
  const adopt = () => client.adoptWebhooks(certificate.cert, (name) => istiod?.answersFor(name) ?? false);
  for (;;) {
    for (const turn of [() => jobs.turn(), () => istiod?.turn(), adopt, () => client.giveAddresses()]) {
      // The API server is being restarted, or the object is gone; the next turn tells.
      await turn()?.catch(() => undefined);
    }
    // Each turn asks for four lists: oftener it would cost a tenth of a processor.
    await sleep(800);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
