import { KubeConfig, Watch } from "@kubernetes/client-node";
import type { PodChange, Readiness } from "./readiness";
import type { Timeline } from "./timeline";

const followed = {
  CustomResourceDefinition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
  Deployment: "/apis/apps/v1/deployments",
  StatefulSet: "/apis/apps/v1/statefulsets",
  Job: "/apis/batch/v1/jobs",
  MutatingWebhookConfiguration: "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
  ValidatingWebhookConfiguration: "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
};

/** Follows a cluster by watches, which miss no change as polling would; gives the way to end it. */
export async function follow(
  kubeconfig: string,
  namespace: string,
  readiness: Readiness,
  timeline: Timeline,
): Promise<() => void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const state = { ended: false };
  const controllers: AbortController[] = [];
  const start = async (path: string, see: (change: string, object: object) => void): Promise<void> => {
    if (state.ended) return;
    const controller = await new Watch(config).watch(
      path,
      {},
      (change: string, object: object) => {
        // A dropped watch begins anew and tells of everything again; what is known is no news.
        see(change, object);
      },
      () => {
        void start(path, see).catch(() => undefined);
      },
    );
    controllers.push(controller);
  };
  await start(`/api/v1/namespaces/${namespace}/pods`, (change, pod) => {
    readiness.see(change as PodChange, pod);
  });
  for (const [kind, path] of Object.entries(followed)) {
    await start(path, (change, object) => {
      timeline.see(change, kind, object);
    });
  }
  return () => {
    state.ended = true;
    for (const controller of controllers) controller.abort();
  };
}
