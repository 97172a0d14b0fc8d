import { each, isWaypoint, nameOf } from "../look";
import { issue, note, only, releaseNote, type Hit, type Note } from "../note";
import type { Kinds } from "../kinds";

// Patches of 1.24 that are known to be bad; 24-12 in v1_24install.ts is another.

/** ServiceEntries whose addresses are partly those of another. */
function partlyShared(entries: readonly Kinds["serviceEntries"][]): readonly Hit[] {
  const lists = entries.map((entry) => [entry, [...new Set(entry.spec?.addresses ?? [])].sort()] as const);
  // Of each address those that have it, one of each list of addresses.
  const byAddress = new Map<string, Map<string, Kinds["serviceEntries"]>>();
  for (const [entry, list] of lists)
    for (const ip of list) {
      const having = byAddress.get(ip) ?? new Map<string, Kinds["serviceEntries"]>();
      byAddress.set(ip, having.set(list.join(), having.get(list.join()) ?? entry));
    }
  return lists.flatMap(([entry, list]) => {
    const others = list.map((ip) => [...(byAddress.get(ip) ?? [])].find(([theirs]) => theirs !== list.join()));
    const other = others.find((one) => one !== undefined)?.[1];
    if (other === undefined) return [];
    return [
      { object: nameOf("ServiceEntry", entry), says: `has some of the addresses of ${nameOf("ServiceEntry", other)}` },
    ];
  });
}

export const notes: readonly Note[] = [
  note({
    id: "24-p1",
    range: only("1.24.0", "1.24.2"),
    verdict: "refuse",
    title:
      "1.24.0 to 1.24.2: proxies refuse the configuration where addresses of two services overlap in part, and managed gateways cannot be changed",
    evidence: "ServiceEntries with some of another's addresses, and Gateways of class istio",
    reads: ["serviceEntries", "gatewayApiGateways"],
    find: ({ serviceEntries, gatewayApiGateways }) => [
      ...partlyShared(serviceEntries),
      ...each("Gateway", gatewayApiGateways, ({ spec }) => spec?.gatewayClassName === "istio" && "is managed by Istio"),
    ],
    remedy: "go to 1.24.3 or newer",
    source: releaseNote("fix-overlapping-se"),
  }),
  note({
    id: "24-p2",
    range: only("1.24.0", "1.24.0"),
    verdict: "warn",
    title: "1.24.0 drops connections when a waypoint is upgraded",
    evidence: "waypoints",
    reads: ["gatewayApiGateways"],
    find: ({ gatewayApiGateways }) => each("Gateway", gatewayApiGateways.filter(isWaypoint), () => "is a waypoint"),
    remedy: "go to 1.24.1 or newer",
    source: issue(53883),
  }),
];
