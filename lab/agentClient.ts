import { AdmissionregistrationV1Api, CoreV1Api, KubeConfig, type V1MutatingWebhook } from "@kubernetes/client-node";
import { defaultRevision } from "../mesh/istio/controlPlanes";
import { isReady } from "../mesh/istio/pods";
import { proxyRevision, proxyVersion } from "../mesh/istio/proxies";
import { behaviourConfigMap } from "./podBehaviour";

/** What the lab's agent asks and tells the control plane. */
export class AgentClient {
  public readonly core: CoreV1Api;
  private readonly webhooks: AdmissionregistrationV1Api;

  public constructor(kubeconfig: string) {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    this.core = config.makeApiClient(CoreV1Api);
    this.webhooks = config.makeApiClient(AdmissionregistrationV1Api);
  }

  /** Image of a Service's first ready pod; `undefined` where none is ready. */
  public async readyImage(namespace: string, service: string): Promise<string | undefined> {
    const { spec } = await this.core.readNamespacedService({ name: service, namespace });
    const labels = Object.entries(spec?.selector ?? {}).map(([key, value]) => `${key}=${value}`);
    if (labels.length === 0) return undefined;
    const { items } = await this.core.listNamespacedPod({ namespace, labelSelector: labels.join(",") });
    return items.find(isReady)?.spec?.containers[0]?.image;
  }

  /** Data of a ConfigMap; empty where there is none. */
  public async configMap(namespace: string, name: string): Promise<Readonly<Record<string, string>>> {
    const { items } = await this.core.listNamespacedConfigMap({ namespace, fieldSelector: `metadata.name=${name}` });
    return items[0]?.data ?? {};
  }

  /** How pods are asked to misbehave. */
  public askedBehaviour(): Promise<Readonly<Record<string, string>>> {
    return this.configMap("kube-system", behaviourConfigMap);
  }

  /**
   * How many ready pods have a proxy of a control plane's revision: each is taken for one that is connected.
   * @param address of the control plane's pod, `ip:port`
   */
  public async countProxies(address: string): Promise<number> {
    const { items } = await this.core.listPodForAllNamespaces();
    const plane = items.find(({ status }) => `${status?.podIP ?? ""}:15014` === address);
    const revision = plane?.metadata?.labels?.["istio.io/rev"] ?? defaultRevision;
    return items.filter((pod) => isReady(pod) && proxyVersion(pod) !== undefined && proxyRevision(pod) === revision)
      .length;
  }

  /** Does a cloud's part: gives each Service of type LoadBalancer an address, one of those kept for documentation. */
  public async giveAddresses(): Promise<void> {
    const { items } = await this.core.listServiceForAllNamespaces();
    for (const { metadata, spec, status } of items) {
      if (spec?.type !== "LoadBalancer" || (status?.loadBalancer?.ingress ?? []).length > 0) continue;
      const name = metadata?.name ?? "";
      const namespace = metadata?.namespace ?? "";
      const body = [{ op: "add", path: "/status/loadBalancer", value: { ingress: [{ ip: "192.0.2.1" }] } }];
      await this.core.patchNamespacedServiceStatus({ name, namespace, body });
    }
  }

  /**
   * Does what a control plane does to its own webhooks when it starts: writes the authority that signs its
   * certificate, and lets the validating ones refuse. Only where a pod of the Service is ready.
   * @param others Services whose program does that itself
   */
  public async adoptWebhooks(authority: string, others: (service: string) => boolean): Promise<void> {
    const bundle = Buffer.from(authority).toString("base64");
    const outdated = async ({ clientConfig }: Pick<V1MutatingWebhook, "clientConfig">): Promise<boolean> =>
      clientConfig.service !== undefined &&
      !others(clientConfig.service.name) &&
      clientConfig.caBundle !== bundle &&
      (await this.readyImage(clientConfig.service.namespace, clientConfig.service.name)) !== undefined;
    for (const item of (await this.webhooks.listMutatingWebhookConfiguration()).items) {
      const body = await patchFor(item.webhooks ?? [], outdated, bundle, {});
      const name = item.metadata?.name ?? "";
      if (body.length > 0) await this.webhooks.patchMutatingWebhookConfiguration({ name, body });
    }
    for (const item of (await this.webhooks.listValidatingWebhookConfiguration()).items) {
      const body = await patchFor(item.webhooks ?? [], outdated, bundle, { failurePolicy: "Fail" });
      const name = item.metadata?.name ?? "";
      if (body.length > 0) await this.webhooks.patchValidatingWebhookConfiguration({ name, body });
    }
  }
}

async function patchFor<T>(
  webhooks: readonly T[],
  outdated: (webhook: T) => Promise<boolean>,
  bundle: string,
  more: Readonly<Record<string, string>>,
): Promise<readonly object[]> {
  const operations: object[] = [];
  for (const [at, webhook] of webhooks.entries()) {
    if (!(await outdated(webhook).catch(() => false))) continue;
    operations.push({ op: "add", path: `/webhooks/${String(at)}/clientConfig/caBundle`, value: bundle });
    for (const [key, value] of Object.entries(more))
      operations.push({ op: "add", path: `/webhooks/${String(at)}/${key}`, value });
  }
  return operations;
}
