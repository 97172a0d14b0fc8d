import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { V1Pod } from "@kubernetes/client-node";
import { mustRun } from "../render/run";

/** The annotation on which the simulated node completes a pod. */
const doneAnnotation = "jam-istio.lab/done=true";

type ConfigMap = { readonly data?: Readonly<Record<string, string>> };

/** Names of the ConfigMaps that a Job's pod applies with kubectl. */
function configMapsOf(pod: V1Pod): readonly string[] {
  const applies = (pod.spec?.containers ?? []).some(
    ({ command = [] }) => command[0] === "kubectl" && command[1] === "apply",
  );
  return applies
    ? (pod.spec?.volumes ?? []).map((volume) => volume.configMap?.name).filter((name) => name !== undefined)
    : [];
}

/**
 * Does what the pods of Jobs would do: kubectl on the files of their ConfigMaps; then marks them done.
 * Simulated nodes run no programs, and istio-init's Jobs are what creates the CRDs.
 */
export function doJobs(kubeconfig: string, kubectlPath: string): { readonly stop: () => Promise<void> } {
  const kubectl = (...args: readonly string[]) =>
    mustRun(kubectlPath, ["--kubeconfig", kubeconfig, ...args], { seconds: 60 });
  const state = { stopped: false };

  async function finish(pod: V1Pod): Promise<void> {
    const name = pod.metadata?.name ?? "";
    const namespace = pod.metadata?.namespace ?? "";
    for (const configMap of configMapsOf(pod)) {
      const { data = {} } = JSON.parse(
        await kubectl("-n", namespace, "get", "configmap", configMap, "-o", "json"),
      ) as ConfigMap;
      for (const text of Object.values(data)) await apply(text);
    }
    await kubectl("-n", namespace, "annotate", "pod", name, doneAnnotation, "--overwrite");
  }

  async function apply(text: string): Promise<void> {
    const folder = await mkdtemp(`${kubeconfig}-job-`);
    await writeFile(`${folder}/objects.yaml`, text);
    await kubectl("apply", "-f", `${folder}/objects.yaml`).finally(() => rm(folder, { recursive: true }));
  }

  const loop = (async () => {
    while (!state.stopped) {
      try {
        const selector = ["--selector", "job-name", "--field-selector", "status.phase=Running"];
        const { items } = JSON.parse(await kubectl("get", "pods", "--all-namespaces", ...selector, "-o", "json")) as {
          items: V1Pod[];
        };
        for (const pod of items) await finish(pod);
      } catch {
        // The API server is being restarted, or the pod is gone; the next turn tells.
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  })();
  return {
    stop: async () => {
      state.stopped = true;
      await loop;
    },
  };
}
