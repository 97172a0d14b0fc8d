import type { CoreV1Api, AppsV1Api, VersionApi } from "@kubernetes/client-node";

/** Where a cluster is found: as in `jam-istio:kubernetes`. */
export interface ClusterAddress {
  /** Context of the kubeconfig; default: its current one. */
  readonly context?: string | undefined;
  /** Path of the kubeconfig; default: as kubectl finds it. */
  readonly kubeconfig?: string | undefined;
}

/** The parts of the Kubernetes API that this program reads and writes by itself. */
export interface Cluster {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly version: VersionApi;
}

/**
 * Opens a cluster. Nothing is sent yet.
 * @throws Error with one line when the kubeconfig cannot be read or has no such context
 */
export async function connect(address: ClusterAddress): Promise<Cluster> {
  // Loaded when it is needed: a third of a second that most commands need not spend.
  const client = await import("@kubernetes/client-node");
  const config = new client.KubeConfig();
  if (address.kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(address.kubeconfig);
  if (address.context !== undefined) {
    if (config.getContextObject(address.context) === null) {
      const names = config.getContexts().map(({ name }) => name);
      throw new Error(`the kubeconfig has no context "${address.context}" (it has: ${names.join(", ") || "none"})`);
    }
    config.setCurrentContext(address.context);
  }
  return {
    core: config.makeApiClient(client.CoreV1Api),
    apps: config.makeApiClient(client.AppsV1Api),
    version: config.makeApiClient(client.VersionApi),
  };
}

/** Fails a request that takes longer than a bound; a hanging API server must not hang a preview. */
export async function bounded<T>(what: string, seconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${what}: no answer within ${String(seconds)} s`));
    }, seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
