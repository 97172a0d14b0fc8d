import type { KubeConfig } from "@kubernetes/client-node";
import { request as requestPlain, type IncomingMessage } from "node:http";
import { request as requestTls } from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { withoutCredentials } from "../../mesh/credentials";
import { ClusterUnreachable } from "./errors";
import { ConnectionGone, KeptConnections } from "./keptConnections";

type Method = "GET" | "PATCH" | "POST" | "DELETE";

const patchTypes = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

/** What a request carries beside its path. */
export interface Message {
  readonly accept?: string;
  /** An object. */
  readonly body?: object;
  /**
   * How a PATCH is taken: `merge` (default); `strategic`, which merges lists by their items' names, of kinds that the API server
   * itself has; `apply`, which is the server's own (server-side apply).
   */
  readonly patch?: keyof typeof patchTypes;
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

/** Sends a request as it is. @throws HttpError with the status where it is none of success */
export type Send = (method: Method, path: string, more?: Message) => Promise<string>;

/** How long the API server may be silent, in seconds. */
const answerSeconds = 30;

/** How often a server that is busy, or sets up a new kind's storage, is asked again; it says 429 and did nothing. */
const busyTries = 20;

/** Sends requests to the current cluster of a kubeconfig. */
export function sender(config: KubeConfig): Send {
  const kept = new KeptConnections();
  return async (method, path, more = {}) => {
    for (let turn = 1; ; turn++) {
      try {
        return await sendOnce(config, method, path, { ...more, kept });
      } catch (error) {
        if (!(error instanceof HttpError) || error.code !== 429 || turn === busyTries) throw error;
        await sleep(500);
      }
    }
  };
}

/**
 * Sends a request and waits until its answer begins.
 * @param more `seconds`: how long the server may be silent, also within the answer; default: for ever
 * @returns the answer, one of success
 * @throws HttpError with the status where it is none
 */
export async function beginRequest(
  config: KubeConfig,
  method: Method,
  path: string,
  more: Message & {
    readonly seconds?: number;
    readonly signal?: AbortSignal | undefined;
    readonly kept?: KeptConnections | undefined;
  },
): Promise<IncomingMessage> {
  const { accept = "application/json", body, patch = "merge", seconds, signal, kept } = more;
  const server = config.getCurrentCluster()?.server ?? "";
  const options = { method, headers: { accept }, ...(seconds === undefined ? {} : { timeout: seconds * 1000 }) };
  await config.applyToHTTPSOptions(options);
  kept?.use(options);
  const type = method === "PATCH" ? patchTypes[patch] : "application/json";
  const headers = { ...options.headers, ...(body === undefined ? {} : { "content-type": type }) };
  const request = server.startsWith("http:") ? requestPlain : requestTls;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    let answer: IncomingMessage | undefined;
    const call = request(`${server}${path}`, { ...options, headers, signal }, (begun) => {
      answer = begun;
      resolve(begun);
    });
    call.on("timeout", () => (answer ?? call).destroy(new Error(`no answer within ${String(seconds)} s`)));
    call.on("error", (error) => {
      reject(call.reusedSocket && answer === undefined ? new ConnectionGone("", { cause: error }) : error);
    });
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
  const { statusCode = 0, headers: answered } = response;
  // A login page, or that of a host that serves something else as well.
  if (statusCode < 400 && answered["content-type"]?.startsWith("text/html") === true) {
    response.destroy();
    throw new ClusterUnreachable(
      `no Kubernetes API at ${withoutCredentials(server)}: a web page comes (HTTP ${String(statusCode)})`,
    );
  }
  if (statusCode >= 200 && statusCode < 300) return response;
  throw new HttpError(statusCode, await text(response));
}

async function sendOnce(
  config: KubeConfig,
  method: Method,
  path: string,
  message: Message & { readonly kept: KeptConnections },
): Promise<string> {
  // A change gets a connection of its own: of one that breaks nobody knows whether it was made, and so it is sent once.
  const kept = method === "GET" ? message.kept : undefined;
  const send = async () => text(await beginRequest(config, method, path, { ...message, seconds: answerSeconds, kept }));
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ConnectionGone)) throw error;
    kept?.forget();
    return await send();
  }
}
