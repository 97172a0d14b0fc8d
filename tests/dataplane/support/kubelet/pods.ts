import { CoreV1Api, KubeConfig, type V1Pod, type V1SecurityContext } from "@kubernetes/client-node";

/** What there is of a pod on this machine. */
export interface PodPlace {
  /** Its network namespace. Without one its processes are on the node itself: a pod with `hostPID`. */
  readonly netns?: string;
  /** Unix socket of its proxy's own administration. */
  readonly adminSocket?: string;
  /** File with its proxy's log. */
  readonly log?: string;
}

/** A container, as far as its processes are concerned. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly uid: number;
  readonly gid: number;
  readonly context: V1SecurityContext;
  readonly isEphemeral: boolean;
}

/** Users whom the images of these containers name, where the pod names none. */
const usual = { proxy: 1337, app: 1000, ephemeral: 0 };

/** Finds a container of a pod, of whatever kind. */
export function containerOf({ spec }: V1Pod, name: string): Container | undefined {
  const ephemeral = spec?.ephemeralContainers ?? [];
  const found = [...(spec?.containers ?? []), ...(spec?.initContainers ?? []), ...ephemeral].find(
    (one) => one.name === name,
  );
  if (found === undefined) return undefined;
  const isEphemeral = ephemeral.some((one) => one.name === name);
  const context = found.securityContext ?? {};
  const own =
    name === "istio-proxy" ? usual.proxy : isEphemeral || spec?.hostPID === true ? usual.ephemeral : usual.app;
  const uid = context.runAsUser ?? spec?.securityContext?.runAsUser ?? own;
  const command = [...(found.command ?? []), ...(found.args ?? [])];
  return { name, image: found.image ?? "", command, uid, gid: context.runAsGroup ?? own, context, isEphemeral };
}

// What container runtimes leave to a container that asks for nothing.
const capabilities = [
  ...["chown", "dac_override", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "net_bind_service"],
  ...["net_raw", "sys_chroot", "mknod", "audit_write", "setfcap"],
];

/** How a program is started as a process of a container: in the pod's network, as the container's user, with its capabilities. */
export function processArgs(place: PodPlace, { uid, gid, context }: Container, command: readonly string[]) {
  const inside = place.netns === undefined ? [] : ["ip", "netns", "exec", place.netns];
  const { add = [], drop = [] } = context.capabilities ?? {};
  const lower = (names: readonly string[]) => names.map((name) => name.toLowerCase());
  const kept = lower(drop).includes("all") ? [] : capabilities.filter((name) => !lower(drop).includes(name));
  const bounds = ["-all", ...new Set([...kept, ...lower(add)].map((name) => `+${name}`))].join(",");
  const limits = context.privileged === true ? [] : [`--bounding-set=${bounds}`];
  const user = [`--reuid=${String(uid)}`, `--regid=${String(gid)}`, "--clear-groups"];
  return [...inside, "setpriv", ...user, ...limits, ...command];
}

/** The API of the lab's control plane, as a kubelet uses it. */
export class PodClient {
  private readonly core: CoreV1Api;

  public constructor(kubeconfig: string) {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    this.core = config.makeApiClient(CoreV1Api);
  }

  public async list(): Promise<readonly V1Pod[]> {
    return (await this.core.listPodForAllNamespaces()).items;
  }

  public async find(namespace: string, name: string): Promise<V1Pod | undefined> {
    const { items } = await this.core.listNamespacedPod({ namespace, fieldSelector: `metadata.name=${name}` });
    return items[0];
  }

  public async setEphemeral({ metadata }: V1Pod, statuses: readonly object[]): Promise<void> {
    const [name, namespace] = [metadata?.name ?? "", metadata?.namespace ?? ""];
    const body = [{ op: "add", path: "/status/ephemeralContainerStatuses", value: statuses }];
    await this.core.patchNamespacedPodStatus({ name, namespace, body });
  }
}
