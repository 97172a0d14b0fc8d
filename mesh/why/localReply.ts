import type { HttpAnswer } from "./answer";

/** What an Envoy says of itself in the body of an answer that it made, and the response flag that goes with it. */
export interface LocalReply {
  /** As access logs and Istio's metrics have it. @see https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage */
  readonly flag: string;
  /** What it means. */
  readonly meaning: string;
}

const resets: readonly (readonly [RegExp, LocalReply])[] = [
  [/connection termination/, { flag: "UC", meaning: "the other side closed the connection before it answered" }],
  [/connection timeout/, { flag: "UF", meaning: "no connection came about in time" }],
  [/connection failure/, { flag: "UF", meaning: "no connection came about" }],
  [/protocol error/, { flag: "UPE", meaning: "the other side answers in another protocol" }],
  [/overflow/, { flag: "UO", meaning: "a limit of connections or requests is reached" }],
  [/reset/, { flag: "UR", meaning: "the other side reset the request" }],
];

const upstream = /^upstream connect error or disconnect\/reset before headers\. .*?reset reason: (.*)/s;

const bodies: readonly (readonly [RegExp, LocalReply])[] = [
  [/^fault filter abort/, { flag: "FI", meaning: "a fault was injected" }],
  [/^RBAC: access denied/, { flag: "RBAC", meaning: "a policy refuses it" }],
  [/^no healthy upstream/, { flag: "UH", meaning: "there is no address to send it to" }],
  [/^upstream request timeout/, { flag: "UT", meaning: "the other side did not answer in time" }],
  [/^(Jwt|JWT) /, { flag: "UAEX", meaning: "the token is missing or not valid" }],
  [/^local_rate_limited/, { flag: "RL", meaning: "a rate limit is reached" }],
];

/**
 * What an Envoy means by an answer; `undefined` where no Envoy made it. Where it has no body, only answers without the header of
 * an upstream are an Envoy's own.
 */
export function localReply({ status, headers, body }: HttpAnswer): LocalReply | undefined {
  const [, reason] = upstream.exec(body) ?? [];
  if (reason !== undefined)
    return resets.find(([text]) => text.test(reason))?.[1] ?? { flag: "UF", meaning: reason.trim() };
  const found = bodies.find(([text]) => text.test(body))?.[1];
  if (found !== undefined) return found;
  if (body !== "" || !isEnvoys(headers) || isFromUpstream(headers)) return undefined;
  if (status === 404) return { flag: "NR", meaning: "there is no route for it" };
  if (status === 503) return { flag: "NC", meaning: "its route leads to a cluster that the proxy does not have" };
  return status === 502 ? { flag: "NR", meaning: "there is no route for it to the outside" } : undefined;
}

const isEnvoys = (headers: HttpAnswer["headers"]) => /envoy/.test(headers["server"] ?? "");

/** Whether an answer came through the caller's proxy from somewhere behind it: only then it writes this header. */
export const isFromUpstream = (headers: HttpAnswer["headers"]): boolean =>
  headers["x-envoy-upstream-service-time"] !== undefined;
