import type { Agent, RequestOptions } from "node:http";
import { isDeepStrictEqual } from "node:util";

/** A connection that was kept is closed at the other end: nothing was answered on it. */
export class ConnectionGone extends Error {}

/**
 * Connections that stay open for the next request: a new one costs three ways to the cluster and back, and its certificates'
 * proofs. The process can end while they are open, and they are closed when nothing is asked for as long as an answer may take.
 */
export class KeptConnections {
  #agent: Agent | undefined;

  /** Has a request use a connection that is open, if there is one for its credentials. */
  public use(options: RequestOptions): void {
    const { agent } = options;
    if (typeof agent !== "object") return;
    // The client makes one at each request. Of another certificate (a plugin's may have changed) the open ones are not used.
    if (this.#agent === undefined || !isDeepStrictEqual(settingsOf(this.#agent), settingsOf(agent)))
      this.#agent = Object.assign(agent, { keepAlive: true });
    options.agent = this.#agent;
  }

  /** Opens new ones from now on. */
  public forget(): void {
    this.#agent = undefined;
  }
}

/** Node's types do not name it; it has the certificates. */
const settingsOf = (agent: Agent): unknown => (agent as { readonly options?: unknown }).options;
