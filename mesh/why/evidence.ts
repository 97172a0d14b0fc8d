import type { EndpointCounts } from "../proxyConfig/endpoints";
import type { Conversation } from "./answer";
import type { ProxyPath } from "./path";
import type { Request } from "./request";

/** A fault of this program that is active. */
export interface OwnFault {
  /** Its VirtualService. */
  readonly name: string;
  /** What breaks for whom. */
  readonly effect: string;
  /** When it ends, ISO 8601, or `none`. */
  readonly end: string;
}

/** A policy about who may call the other side. */
export interface Policy {
  /** `AuthorizationPolicy dev701/only-web`. */
  readonly name: string;
  readonly action: string;
}

/** What was seen of a request. */
export interface Evidence {
  readonly request: Request;
  readonly namespace: string;
  /** As the application asks, through its sidecar; absent where that could not be tried. */
  readonly through?: Conversation;
  /** Past the sidecar, to `pastAddress`; absent where that could not be tried. */
  readonly past?: Conversation;
  readonly pastAddress: string;
  /** What is spoken at the port, by name, where it is no HTTP/1.1: `memcached`, `TLS`. */
  readonly speaks?: string;
  /** What the name of a Service's port has to begin with for that. */
  readonly portName?: string;
  /** The way that the proxy's configuration has for it. */
  readonly path: ProxyPath;
  /** What the proxy has counted meanwhile, by address; those alone where something was counted. */
  readonly counted: readonly (EndpointCounts & { readonly address: string })[];
  /** Response flags that Istio's metrics have counted meanwhile. */
  readonly flags: readonly string[];
  /** What the Service's port is called, where it has a name. */
  readonly calledPort?: string;
  /** The faults of this program in the namespace. */
  readonly faults: readonly OwnFault[];
  /** The policies that are for the other side; absent where they may not be read. */
  readonly policies?: readonly Policy[];
}

/** Who, or what, decides of the request. */
export type Verdict = "well" | "fault" | "policy" | "protocol" | "envoy" | "application" | "network" | "unknown";

/** Why a request goes as it does. */
export interface Conclusion {
  readonly verdict: Verdict;
  /** Envoy's response flag, where one goes with it. */
  readonly flag?: string;
  /** In one sentence. */
  readonly sentence: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** `ct-webapp:80`. */
export const targetOf = ({ request: { host, port } }: Evidence) => `${host}:${String(port)}`;
