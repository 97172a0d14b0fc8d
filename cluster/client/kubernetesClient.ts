import type { AppsV1Api, BatchV1Api, CoreV1Api, VersionApi, VersionInfo } from "@kubernetes/client-node";
import { call, traced } from "./calls";
import { discovery } from "./discovery";
import { ClusterUnreachable, reaching } from "./errors";
import { exec, type CommandEnd, type ContainerCommand } from "./exec";
import { forwardPort, type ForwardedPort } from "./forwardPort";
import { readKubeconfig, type ClusterAddress } from "./kubeconfig";
import { followLog, type LogToFollow } from "./podLog";
import { askPod, type PodServer, type Question } from "./portForward";
import { sender, type Send } from "./send";
import { typedApi } from "./typedApi";

export type { ClusterAddress } from "./kubeconfig";

/** The parts of the Kubernetes API that this program reads and writes by itself. */
export interface Cluster {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly batch: BatchV1Api;
  readonly version: Pick<VersionApi, "getCode">;
  /** Sends a request as it is. @throws HttpError with the status where it is none of success */
  readonly send: Send;
  /** Asks a server on a pod's loopback. */
  readonly askPod: (asked: PodServer & Question) => Promise<string>;
  /** Asks it several things over one connection; all of them are answered, or none. */
  readonly askPodEach: (server: PodServer, questions: readonly Question[]) => Promise<readonly string[]>;
  /** Makes a port of a pod reachable on this machine's loopback. */
  readonly forward: (asked: Parameters<typeof forwardPort>[1]) => Promise<ForwardedPort>;
  /** Runs a command in a container. */
  readonly exec: (asked: ContainerCommand) => Promise<CommandEnd>;
  /** Follows a container's log from now on, line by line. */
  readonly followLog: (asked: LogToFollow, onLine: Parameters<typeof followLog>[2]) => Promise<void>;
  /** Where it was found. */
  readonly address: ClusterAddress;
  /** Name of the kubeconfig's context. */
  readonly context: string;
}

/** Asks for names, labels and annotations only: CRDs are large. */
const metadataOnly = ["v1", "v1beta1"]
  .map((version) => `application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=${version}`)
  .join(",");

/** Name, labels and annotations of an object. */
export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Lists the metadata of the objects at a path. */
export async function listMetadata({ send }: Pick<Cluster, "send">, path: string): Promise<readonly Metadata[]> {
  const { items } = JSON.parse(await send("GET", path, { accept: metadataOnly })) as {
    items: readonly { metadata: Metadata }[] | null;
  };
  // An empty list is null here.
  return (items ?? []).map(({ metadata }) => metadata);
}

/** How long a plugin for credentials may take, in seconds: a person may have to log in. */
const pluginSeconds = 120;

/**
 * Opens a cluster: once in a run, the connection is passed on. Nothing is sent to it yet.
 * @throws ClusterUnreachable with one line when the kubeconfig cannot be read or has no such context
 */
export function connect(address: ClusterAddress): Promise<Cluster> {
  return reaching(() => open(address));
}

/** Opens a cluster when it is first asked for, and once. */
export function connectOnce(address: ClusterAddress): () => Promise<Cluster> {
  let cluster: Promise<Cluster> | undefined;
  return () => (cluster ??= connect(address));
}

async function open(address: ClusterAddress): Promise<Cluster> {
  // Loaded when it is needed: most commands need not spend the time.
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = readKubeconfig(new KubeConfig(), address);
  // A plugin such as `aws eks get-token` is run here, once: eight requests at the same time would run it eight times. Its
  // credential is kept until it expires; one without that time is asked for at each request.
  const user = config.getCurrentUser();
  if (user?.exec !== undefined || user?.authProvider !== undefined) {
    const authorize = config.applyToHTTPSOptions.bind(config);
    // Bounded each time: the next one, when the credential is over, may wait for a login that nobody sees.
    config.applyToHTTPSOptions = (options) =>
      bounded("the plugin of the kubeconfig for credentials", pluginSeconds, authorize(options));
    await config.applyToHTTPSOptions({});
  }
  const plain = sender(config);
  const { send, onNotFound } = discovery(plain, config.getCurrentCluster()?.server ?? "");
  const version = { getCode: async () => JSON.parse(await plain("GET", "/version")) as VersionInfo };
  const askPodEach: Cluster["askPodEach"] = (server, questions) => {
    const paths = questions.map(({ path }) => path).join(", ");
    const what = `pod ${server.namespace}/${server.pod}:${String(server.port)}${paths}`;
    return call(what, () => askPod(config, server, questions));
  };
  return {
    core: traced(typedApi<CoreV1Api>(plain, "/api/v1"), onNotFound),
    apps: traced(typedApi<AppsV1Api>(plain, "/apis/apps/v1"), onNotFound),
    batch: traced(typedApi<BatchV1Api>(plain, "/apis/batch/v1"), onNotFound),
    version: traced(version, onNotFound),
    send: (method, path, more) => call(`${method} ${path}`, () => send(method, path, more)),
    askPod: async (asked) => (await askPodEach(asked, [asked]))[0] ?? "",
    askPodEach,
    forward: (asked) => forwardPort(config, asked),
    exec: (asked) =>
      call(`exec ${asked.namespace}/${asked.pod}/${asked.container} ${asked.command[0] ?? ""}`, () =>
        exec(config, asked),
      ),
    followLog: (asked, onLine) =>
      call(`log of ${asked.namespace}/${asked.pod}/${asked.container}`, () => followLog(config, asked, onLine)),
    address,
    context: config.getCurrentContext(),
  };
}

/** Fails a request that takes longer than a bound; a hanging API server must not hang a preview. */
export async function bounded<T>(what: string, seconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ClusterUnreachable(`${what}: no answer within ${String(seconds)} s`));
    }, seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
