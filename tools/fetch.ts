import type { Dispatcher, RequestInit, Response } from "undici";
import { proxyFor } from "./proxy";

let routing: Promise<Dispatcher> | undefined;

/** Sends each request, also one that a redirect leads to, through its proxy. */
async function route(): Promise<Dispatcher> {
  const { Agent, ProxyAgent } = await import("undici");
  const agents = new Map<string, Dispatcher>();
  return new Agent().compose((direct) => (options, handler) => {
    const uri = proxyFor(String(options.origin));
    if (uri === undefined) return direct(options, handler);
    const agent = agents.get(uri) ?? new ProxyAgent({ uri, proxyTunnel: false });
    agents.set(uri, agent);
    return agent.dispatch(options, handler);
  });
}

/**
 * Asks a URL, through the environment's proxy. Node's own `fetch` knows none before Node 24. Both trust the authorities in the
 * file NODE_EXTRA_CA_CERTS.
 */
export async function fetchUrl(
  url: string,
  init: Pick<RequestInit, "method" | "signal" | "headers" | "body">,
): Promise<Response> {
  // Loaded when it is needed, as few commands need it.
  const { fetch } = await import("undici");
  return fetch(url, { ...init, dispatcher: await (routing ??= route()) });
}
