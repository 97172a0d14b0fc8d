import type { PortKind } from "../../../faults/ports";
import { faultLabel } from "../../../faults/faultObjects";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { ownersByHost, ownersOf, portsOf, type HostPort } from "../../hosts";
import { objectName, type Destination, type VirtualService } from "../../objects";
import { seenFrom } from "../../sidecars";
import { fullHost, isForSidecars, routeFor, rulesFor, visibility, type HostOwner } from "../../whoWins";

type Owners = ReadonlyMap<string, readonly HostOwner[]>;

/** The kinds of ports on which each kind of rules acts. */
const actsOn = { http: ["http", "sniffed"], tls: ["tls"], tcp: ["tcp", "sniffed"] } as const satisfies Readonly<
  Record<string, readonly PortKind[]>
>;
type RuleKind = keyof typeof actsOn;

const portText = (ports: readonly HostPort[]) =>
  ports.map(({ number, kind }) => `${String(number)} (${kind})`).join(", ") || "none";

function judgeRules(route: VirtualService, kind: RuleKind, host: string, ports: readonly HostPort[]): readonly Hit[] {
  const rules = route.spec[kind] ?? [];
  if (rules.length === 0) return [];
  const acts = (one: HostPort) => (actsOn[kind] as readonly PortKind[]).includes(one.kind);
  const about = { object: objectName(route), evidence: `ports of ${host}: ${portText(ports)}` };
  // A rule without a match, or a match without a port, is for every port.
  const asked = rules.map(({ match = [] }) => (match.length === 0 ? [undefined] : match.map(({ port }) => port)));
  const wide = asked.flat().includes(undefined);
  const numbers = [...new Set(asked.flat())].filter((port) => port !== undefined);
  const missing = numbers.filter((port) => !ports.some(({ number }) => number === port));
  const wrong = numbers.filter((port) => ports.some((one) => one.number === port && !acts(one)));
  if (wide && !ports.some(acts))
    return [
      {
        ...about,
        code: "rule-without-effect",
        sentence: `its ${kind} rules do nothing: no port of ${host} is for ${kind}`,
        remedy: `name a port of ${host} for ${kind}, or write rules of the port's own kind`,
      },
    ];
  return [...missing, ...wrong].slice(0, 1).map((port) => ({
    ...about,
    code: "rule-without-effect" as const,
    sentence: missing.includes(port)
      ? `its ${kind} rule for port ${String(port)} does nothing: ${host} has no such port`
      : `its ${kind} rule for port ${String(port)} does nothing: that port is not for ${kind}`,
    remedy: `give the rule a port of ${host} that is for ${kind}: ${portText(ports.filter(acts))}`,
  }));
}

/** Judges whether the rules of a VirtualService can act on the ports of its hosts. */
function judgeEffect(route: VirtualService, owners: Owners, { layout }: Evidence): readonly Hit[] {
  const hosts = (route.spec.hosts ?? []).map((host) => fullHost(host, route.metadata.namespace));
  const hits = hosts.map((host) => {
    const ports = ownersOf(owners, host)
      .filter((owner) => visibility(owner, route.metadata.namespace ?? "") !== undefined)
      .flatMap((owner) => portsOf(owner, layout));
    // Of a host that nobody has, nothing is known: on port 80 its routes act all the same.
    if (ports.length === 0) return [];
    return (["http", "tls", "tcp"] as const).flatMap((kind) => judgeRules(route, kind, host, ports));
  });
  // With several hosts a rule may be for one of them alone.
  return hits.every((one) => one.length > 0) ? (hits[0] ?? []) : [];
}

/** Judges which VirtualService routes each host that the instance knows. */
function judgeWinners(instance: string, owners: Owners, evidence: Evidence): readonly Hit[] {
  const routes = evidence.virtualServices;
  const own = routes.filter(({ metadata }) => metadata.namespace === instance);
  const named = own.flatMap(({ spec }) => (spec.hosts ?? []).map((host) => fullHost(host, instance)));
  const ours = [...owners].filter(([, all]) => all.some(({ metadata }) => metadata.namespace === instance));
  const hosts = new Set([...named.filter((host) => !host.startsWith("*")), ...ours.map(([host]) => host)]);
  return [...hosts].flatMap((host): readonly Hit[] => {
    const contest = routeFor(host, instance, routes);
    if (contest === undefined) return [];
    const { winner, losers } = contest;
    const hidden = losers
      // A wildcard is there for what no other is for.
      .filter(({ why }) => !why.includes("more specific"))
      .map(({ object, why }) => ({
        code: "route-hidden" as const,
        object: objectName(object),
        evidence: `host ${host} is in ${objectName(winner)}, too`,
        sentence: `for host ${host} ${objectName(winner)} takes effect in namespace ${instance}, and this one does not: ${why}`,
        remedy: `put the rules of both into one VirtualService, or take host ${host} out of one of them`,
      }));
    const isForeign = winner.metadata.namespace !== instance && winner.metadata.labels?.[faultLabel] === undefined;
    if (!isForeign || hidden.length > 0) return hidden;
    const { name, namespace = "" } = winner.metadata;
    return [
      {
        code: "foreign-route" as const,
        object: objectName(winner),
        evidence: `host ${host}, exportTo ${JSON.stringify(winner.spec.exportTo ?? ["*"])}`,
        sentence: `it decides where calls of namespace ${instance} to ${host} go`,
        remedy: `kubectl -n ${namespace} patch virtualservices.networking.istio.io ${name} --type merge -p '{"spec":{"exportTo":["."]}}'`,
      },
    ];
  });
}

const destinationsOf = ({ spec }: VirtualService): readonly Destination[] =>
  [...(spec.http ?? []), ...(spec.tls ?? []), ...(spec.tcp ?? [])]
    .flatMap(({ route = [] }) => route)
    .flatMap(({ destination }) => (destination === undefined ? [] : [destination]));

/** Judges whether the subsets that a VirtualService names are there; of those that are, `checkSubsets` says more. */
function judgeSubsets(route: VirtualService, owners: Owners, evidence: Evidence): readonly Hit[] {
  const { namespace = "" } = route.metadata;
  return destinationsOf(route).flatMap(({ host = "", subset }) => {
    if (subset === undefined || subset === "") return [];
    const name = fullHost(host, namespace);
    const owner = ownersOf(owners, name)[0]?.metadata.namespace ?? namespace;
    const rules = rulesFor(name, namespace, owner, evidence.destinationRules);
    const known = rules.flatMap(({ spec }) => (spec.subsets ?? []).map((one) => one.name ?? ""));
    if (known.includes(subset)) return [];
    return [
      {
        code: "subset-unknown" as const,
        object: objectName(route),
        evidence: `subsets of ${name}: ${known.join(", ") || "none"}`,
        sentence: `it routes to subset ${subset} of ${name}, which no DestinationRule has: these requests end with 503`,
        remedy: `add the subset to a DestinationRule for host ${name}, or route to one that is there`,
      },
    ];
  });
}

/** Judges the instances' VirtualServices. */
export function checkRoutes(evidence: Evidence): readonly Hit[] {
  const owners = ownersByHost(evidence);
  const own = evidence.virtualServices.filter(
    (route) => isForSidecars(route) && evidence.instances.includes(route.metadata.namespace ?? ""),
  );
  return [
    ...own.flatMap((route) => judgeEffect(route, owners, evidence)),
    ...own.flatMap((route) => judgeSubsets(route, owners, evidence)),
    ...evidence.instances.flatMap((instance) => {
      const seen = seenFrom(instance, evidence);
      return judgeWinners(instance, seen === evidence ? owners : ownersByHost(seen), seen);
    }),
  ];
}
