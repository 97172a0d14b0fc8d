import * as semver from "semver";
import type { DestinationRule, IstioObject, ServiceEntry, VirtualService } from "./objects";

const domain = ".svc.cluster.local";

/** A host as istiod knows it: a short name is a Service of the object's namespace; whatever the cluster's domain is called. */
export function fullHost(host: string, namespace = ""): string {
  if (host === "*" || host.includes(".")) return host.toLowerCase().replace(/\.svc\..+$/, domain);
  return `${host.toLowerCase()}.${namespace}${domain}`;
}

/** Whether a host, which may begin with `*`, covers a name, which may begin with `*`, too. */
export function covers(host: string, name: string): boolean {
  return host === name || (host.startsWith("*") && name.endsWith(host.slice(1)));
}

interface Exported {
  readonly exportTo?: readonly string[];
}

/**
 * How an object comes to the sidecars of a namespace: 0 exported to it alone, as its own, 1 by its name, 2 as public;
 * `undefined`: not at all.
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/ exportTo
 */
export function visibility({ metadata, spec }: IstioObject<Exported>, client: string): 0 | 1 | 2 | undefined {
  const exportTo = spec.exportTo ?? [];
  if (exportTo.length === 0 || exportTo.includes("*")) return 2;
  const own = metadata.namespace === client;
  if (own && (exportTo.includes(".") || exportTo.includes(client))) return 0;
  return exportTo.includes(client) ? 1 : undefined;
}

type Dated = Pick<IstioObject<unknown>, "metadata">;

/** The older first, then the smaller name, then the smaller namespace: the order in which istiod lists objects. */
export function byAge({ metadata: a }: Dated, { metadata: b }: Dated): number {
  const order = (x = "", y = "") => (x < y ? -1 : x > y ? 1 : 0);
  return order(a.creationTimestamp, b.creationTimestamp) || order(a.name, b.name) || order(a.namespace, b.namespace);
}

/** Objects for one host: the one that takes effect, and those that do not, each with the reason. */
export interface Contest<T> {
  readonly host: string;
  readonly winner: T;
  readonly losers: readonly { readonly object: T; readonly why: string }[];
}

const reach = ["private to the namespace", "exported to the namespace by name", "public"] as const;

/** Whether a VirtualService counts for sidecars, and not for gateways alone. */
export const isForSidecars = ({ spec: { gateways = [] } }: VirtualService) =>
  gateways.length === 0 || gateways.includes("mesh");

interface Ranked {
  readonly object: VirtualService;
  readonly rank: 0 | 1 | 2;
  /** The host with which it covers the name. */
  readonly host: string;
}

const isMoreSpecific = (a: string, b: string) => !a.startsWith("*") || (b.startsWith("*") && a.length > b.length);

function routeReason(loser: Ranked, winner: Ranked): string {
  if (loser.host !== winner.host) return `its host ${winner.host} is more specific than ${loser.host}`;
  if (loser.rank !== winner.rank) return `it is ${reach[winner.rank]}, which comes before ${reach[loser.rank]}`;
  const same = loser.object.metadata.creationTimestamp === winner.object.metadata.creationTimestamp;
  return same ? "both are of the same second, and its name is the smaller one" : "it is the older one";
}

/**
 * Which VirtualService routes a host for the sidecars of a namespace. That wildcards go by how specific they are is so from
 * Istio 1.21 on; an exact host came before a wildcard always.
 * @param name the host as {@link fullHost} has it
 * @returns `undefined` where none does
 * @see https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services
 */
export function routeFor(
  name: string,
  client: string,
  all: readonly VirtualService[],
): Contest<VirtualService> | undefined {
  const ranked = all.filter(isForSidecars).flatMap((object): readonly Ranked[] => {
    const rank = visibility(object, client);
    if (rank === undefined) return [];
    const hosts = (object.spec.hosts ?? []).map((host) => fullHost(host, object.metadata.namespace));
    const [host] = hosts.filter((one) => covers(one, name)).sort((a, b) => (isMoreSpecific(a, b) ? -1 : 1));
    return host === undefined ? [] : [{ object, rank, host }];
  });
  const [winner, ...rest] = ranked.sort((a, b) => {
    if (a.host !== b.host) return isMoreSpecific(a.host, b.host) ? -1 : 1;
    return a.rank - b.rank || byAge(a.object, b.object);
  });
  if (winner === undefined) return undefined;
  const losers = rest.map((one) => ({ object: one.object, why: routeReason(one, winner) }));
  return { host: name, winner: winner.object, losers };
}

/** Something that gives a host its addresses and ports: a Service, or a ServiceEntry. */
export type HostOwner = IstioObject<Exported> | ServiceEntry;

export const isService = ({ kind }: HostOwner) => kind === "Service";

/** What decides beside the objects themselves. */
export interface Deciding {
  /** Version of the control plane; absent: 1.24 or newer. */
  readonly version?: string | undefined;
  /** Whether a Sidecar counts for the callers, which decided up to 1.23. */
  readonly hasSidecar?: boolean;
}

/** The one that gives a host, of those that a namespace sees. @see pilot/pkg/model/sidecar.go of Istio 1.23 and 1.24 */
function winnerOf(listed: readonly HostOwner[], client: string, { version, hasSidecar = false }: Deciding) {
  const own = listed.filter(({ metadata }) => metadata.namespace === client);
  // Of one namespace a Service wins in every version.
  const local = own.find(isService) ?? own[0];
  const service = listed.find(isService);
  if (version === undefined || semver.gte(version, "1.24.0-0")) return local ?? service ?? listed[0];
  return (hasSidecar ? local : service) ?? listed[0];
}

function ownerReason(loser: HostOwner, winner: HostOwner, client: string): string {
  if (winner.metadata.namespace === client && loser.metadata.namespace !== client)
    return "it is in the caller's own namespace";
  if (isService(winner) && !isService(loser)) return "a Service comes before a ServiceEntry";
  const isPublic = (one: HostOwner) => visibility(one, client) === 2;
  if (isPublic(loser) && !isPublic(winner)) return "it is not public, which comes before public";
  return "it is the older one";
}

/**
 * The objects that give a host, in the order in which istiod takes them for a namespace: what is exported to it, then what is
 * public, each by age.
 */
export function inListOrder<T extends IstioObject<Exported>>(all: readonly T[], client: string): readonly T[] {
  const isPublic = (one: T) => (visibility(one, client) === 2 ? 1 : 0);
  return all
    .filter((one) => visibility(one, client) !== undefined)
    .sort((a, b) => isPublic(a) - isPublic(b) || byAge(a, b));
}

/**
 * Which of a Service and ServiceEntries, or of several entries, a host is for the sidecars of a namespace.
 * @param owners those that have the host, whoever may see them
 * @returns `undefined` where none is visible
 */
export function ownerOf(
  host: string,
  client: string,
  owners: readonly HostOwner[],
  deciding: Deciding = {},
): Contest<HostOwner> | undefined {
  const listed = inListOrder(owners, client);
  const winner = winnerOf(listed, client, deciding);
  if (winner === undefined) return undefined;
  const losers = listed
    .filter((one) => one !== winner)
    .map((object) => ({ object, why: ownerReason(object, winner, client) }));
  return { host, winner, losers };
}

/**
 * Which DestinationRules take effect for a host and the callers of a namespace: those of the callers' namespace, else those of the
 * host's, else those of the root namespace; in it those with the most specific host.
 * @param owner namespace of the host
 * @returns them by age
 */
export function rulesFor(
  name: string,
  client: string,
  owner: string,
  all: readonly DestinationRule[],
  root = "istio-system",
): readonly DestinationRule[] {
  for (const namespace of client === root ? [owner, root] : [client, owner, root]) {
    const found = all.flatMap((rule) => {
      if (rule.metadata.namespace !== namespace || visibility(rule, client) === undefined) return [];
      const host = fullHost(rule.spec.host ?? "", namespace);
      return covers(host, name) ? [{ rule, host }] : [];
    });
    const [best] = found.sort((a, b) => (isMoreSpecific(a.host, b.host) ? -1 : 1));
    if (best !== undefined)
      return found
        .filter(({ host }) => host === best.host)
        .map(({ rule }) => rule)
        .sort(byAge);
  }
  return [];
}
