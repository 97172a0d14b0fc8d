import { setTimeout as sleep } from "node:timers/promises";
import { withoutCredentials } from "../../mesh/credentials";
import { ClusterUnreachable, isAnswer, isNotFound, isStatus } from "./errors";
import type { Send } from "./send";

/** Path of a list, in its parts: of the version of an API, and the kind's name in it. */
const listPath = /^(\/apis\/[^/]+\/[^/]+|\/api\/v1)\/(?:namespaces\/[^/]+\/)?([^/?]+)(?=\?|$)/;

/**
 * Finds out what a 404 means. It may come from something before the API server, or from another server: then it would look as if
 * nothing were installed, and as if what was removed were gone.
 * @param server the cluster's address
 */
export function discovery(
  send: Send,
  server: string,
): { readonly send: Send; readonly onNotFound: (error: unknown) => Promise<void> } {
  /** Done where a 404 is an API server's. @throws ClusterUnreachable where none is at the address */
  async function onNotFound(error: unknown): Promise<void> {
    // Of what it knows it says so in its own form. Of other paths its answer is any server's.
    if (isStatus(error)) return;
    const why: unknown = await send("GET", "/version").then(
      () => undefined,
      (refused: unknown) => refused,
    );
    if (isNotFound(why))
      throw new ClusterUnreachable(
        `no Kubernetes API at ${withoutCredentials(server)} (/version answers HTTP 404): correct "server" of the kubeconfig's cluster`,
      );
    // What it may not be asked, it is all the same.
    if (why instanceof Error && !isAnswer(why)) throw why;
  }

  /** @throws HttpError where it may not be asked */
  async function isInstalled(version: string, kind: string): Promise<boolean> {
    try {
      const { resources } = JSON.parse(await send("GET", version)) as {
        resources?: readonly { name: string }[] | null;
      };
      return resources?.some(({ name }) => name === kind) === true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  return {
    onNotFound,
    /** As it is, with a 404 for a list only where its kind is not installed. @throws ClusterUnreachable where that is not so */
    send: async (method, path, more) => {
      try {
        return await send(method, path, more);
      } catch (error) {
        if (!isNotFound(error)) throw error;
        await onNotFound(error);
        const [list, version, kind] = method === "GET" ? (listPath.exec(path) ?? []) : [];
        if (list === undefined || version === undefined || kind === undefined) throw error;
        if (!(await isInstalled(version, kind))) throw error;
        // A kind that was installed just now is known a moment before its objects can be listed.
        await sleep(1000);
        return await send(method, path, more).catch((again: unknown) => {
          if (!isNotFound(again)) throw again;
          throw new ClusterUnreachable(`${list} answers HTTP 404, and the API server has this kind`);
        });
      }
    },
  };
}
