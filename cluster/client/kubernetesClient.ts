import type { AppsV1Api, BatchV1Api, CoreV1Api, KubeConfig, VersionApi } from "@kubernetes/client-node";
import { request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { call, traced } from "./calls";
import { ClusterUnreachable, reaching } from "./errors";
import { askPod } from "./portForward";

/** Where a cluster is found: as in `jam-istio:kubernetes`. */
export interface ClusterAddress {
  /** Context of the kubeconfig; default: its current one. */
  readonly context?: string | undefined;
  /** Path of the kubeconfig; default: as kubectl finds it. */
  readonly kubeconfig?: string | undefined;
}

type Method = "GET" | "PATCH" | "POST" | "DELETE";

/** The parts of the Kubernetes API that this program reads and writes by itself. */
export interface Cluster {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly batch: BatchV1Api;
  readonly version: VersionApi;
  /** Sends a request as it is. @throws HttpError with the status where it is none of success */
  readonly send: (method: Method, path: string, more?: Message) => Promise<string>;
  /** Asks a server on a pod's loopback. */
  readonly askPod: (asked: Parameters<typeof askPod>[1]) => Promise<string>;
  /** Where it was found. */
  readonly address: ClusterAddress;
  /** Name of the kubeconfig's context. */
  readonly context: string;
}

/** What a request carries beside its path. */
export interface Message {
  readonly accept?: string;
  /** An object; with PATCH a merge patch. */
  readonly body?: object;
}

/** The API server's refusal. */
export class HttpError extends Error {
  readonly #body: string;

  constructor(
    public readonly code: number,
    body: string,
  ) {
    super(`HTTP ${String(code)}: ${body.slice(0, 300)}`);
    this.#body = body;
  }

  /** The answer, whole; it is printed with no error. */
  public get body(): string {
    return this.#body;
  }
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

/** How long the API server may be silent, in seconds. */
const answerSeconds = 30;

/** How often a server that is busy, or sets up a new kind's storage, is asked again; it says 429 and did nothing. */
const busyTries = 20;

async function send(config: KubeConfig, method: Method, path: string, message: Message): Promise<string> {
  for (let turn = 1; ; turn++) {
    try {
      return await sendOnce(config, method, path, message);
    } catch (error) {
      if (!(error instanceof HttpError) || error.code !== 429 || turn === busyTries) throw error;
      await sleep(500);
    }
  }
}

async function sendOnce(config: KubeConfig, method: Method, path: string, { accept, body }: Message): Promise<string> {
  const url = new URL(path, config.getCurrentCluster()?.server);
  const options = { method, headers: { accept: accept ?? "application/json" } };
  await config.applyToHTTPSOptions(options);
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const content = body === undefined ? {} : { "content-type": type };
  return new Promise((resolve, reject) => {
    const call = request(url, { ...options, headers: { ...options.headers, ...content } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("error", reject).on("end", () => {
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode < 300) resolve(text);
        else reject(new HttpError(statusCode, text));
      });
    });
    call.setTimeout(answerSeconds * 1000, () => {
      call.destroy(new Error(`no answer within ${String(answerSeconds)} s`));
    });
    call.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

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
  // Loaded when it is needed: a third of a second that most commands need not spend.
  const client = await import("@kubernetes/client-node");
  const config = new client.KubeConfig();
  if (address.kubeconfig !== undefined) config.loadFromFile(address.kubeconfig);
  else {
    config.loadFromDefault();
    // What the client makes of nothing.
    if (config.getCurrentCluster()?.server === "http://localhost:8080")
      throw new Error("there is no kubeconfig: neither KUBECONFIG nor ~/.kube/config leads to a cluster");
  }
  if (address.context !== undefined) {
    if (config.getContextObject(address.context) === null) {
      const names = config.getContexts().map(({ name }) => name);
      throw new Error(`the kubeconfig has no context "${address.context}" (it has: ${names.join(", ") || "none"})`);
    }
    config.setCurrentContext(address.context);
  }
  // A plugin such as `aws eks get-token` is run here, once: eight requests at the same time would run it eight times. Its
  // credential is kept until it expires; one without that time is asked for at each request.
  const user = config.getCurrentUser();
  if (user?.exec !== undefined || user?.authProvider !== undefined)
    await bounded("the plugin of the kubeconfig for credentials", pluginSeconds, config.applyToHTTPSOptions({}));
  return {
    core: traced(config.makeApiClient(client.CoreV1Api)),
    apps: traced(config.makeApiClient(client.AppsV1Api)),
    batch: traced(config.makeApiClient(client.BatchV1Api)),
    version: traced(config.makeApiClient(client.VersionApi)),
    send: (method, path, more = {}) => call(`${method} ${path}`, () => send(config, method, path, more)),
    askPod: (asked) =>
      call(`pod ${asked.namespace}/${asked.pod}:${String(asked.port)}${asked.path}`, () => askPod(config, asked)),
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
