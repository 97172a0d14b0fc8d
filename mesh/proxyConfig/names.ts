import { textAt, type Json } from "./json";

/** What the name of one of Istio's clusters says. */
export interface ClusterName {
  readonly direction: string;
  readonly port: string;
  readonly subset: string;
  readonly host: string;
}

/** Reads `outbound|80|v1|ct-webapp.dev701.svc.cluster.local`; `undefined` of a cluster without such a name. */
export function clusterName(name: string): ClusterName | undefined {
  const [, direction, port, subset, host] = /^(inbound|outbound)_?\|(\d+)_?\|([^|]*)\|(.*)$/.exec(name) ?? [];
  return direction === undefined ? undefined : { direction, port: port ?? "", subset: subset ?? "", host: host ?? "" };
}

/** Whether a host is the one that a person named, whole or by its first parts: `ct-webapp`, `ct-webapp.dev701`. */
export const isHost = (host: string, asked: string) => host === asked || host.startsWith(`${asked}.`);

const pascal = (kind: string) => kind.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());

/**
 * The object that istiod made a piece of configuration from, `VirtualService dev701/web`; empty where it names none. It stands in
 * the metadata as `/apis/networking.istio.io/v1/namespaces/dev701/virtual-service/web`.
 */
export function objectOf(piece: Json): string {
  const path = textAt(piece, "metadata", "filter_metadata", "istio", "config");
  const [, namespace, kind = "", name = ""] = /\/namespaces\/([^/]+)\/([^/]+)\/(.+)$/.exec(path) ?? [];
  return namespace === undefined ? "" : `${pascal(kind)} ${namespace}/${name}`;
}
