import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { entryPortKind } from "../../hosts";
import { objectName, type DestinationRule, type ServiceEntry } from "../../objects";

/** TLS that is originated on a port that has it already, or read where it is none. */
function judgeOrigin(entry: ServiceEntry, rules: readonly DestinationRule[]): readonly Hit[] {
  const { hosts = [], ports = [] } = entry.spec;
  const originates = (number: number) =>
    rules.some(({ spec: { host = "", trafficPolicy } }) => {
      const own =
        trafficPolicy?.portLevelSettings?.find(({ port }) => port?.number === number)?.tls ?? trafficPolicy?.tls;
      return hosts.includes(host) && ["SIMPLE", "MUTUAL"].includes(own?.mode ?? "");
    });
  return ports.flatMap(({ number, protocol = "TCP" }): readonly Hit[] => {
    const kind = entryPortKind(protocol);
    const about = {
      code: "https-origin" as const,
      object: objectName(entry),
      evidence: `port ${String(number)} has protocol ${protocol}`,
    };
    if (number === 443 && kind === "http" && !originates(number))
      return [
        {
          ...about,
          sentence: `callers of ${hosts.join(", ")} speak TLS on port 443, and their sidecar reads plain HTTP there`,
          remedy: "give the port protocol TLS",
        },
      ];
    if (kind === "tls" && originates(number))
      return [
        {
          ...about,
          sentence: `a DestinationRule encrypts port ${String(number)} of ${hosts.join(", ")}, which is encrypted already: TLS in TLS`,
          remedy:
            "remove trafficPolicy.tls of the DestinationRule; or protocol HTTP with targetPort 443, and call it without TLS",
        },
      ];
    return [];
  });
}

/** TCP on 443 where unknown hosts are to be refused. */
function judgeOpen(entry: ServiceEntry, { meshConfig }: Evidence): readonly Hit[] {
  if (meshConfig.outbound !== "REGISTRY_ONLY" || (entry.spec.addresses ?? []).length > 0) return [];
  return (entry.spec.ports ?? [])
    .filter(({ number, protocol }) => number === 443 && entryPortKind(protocol) === "tcp")
    .map(() => ({
      code: "any-host-allowed" as const,
      object: objectName(entry),
      evidence: "outboundTrafficPolicy REGISTRY_ONLY; port 443 has protocol TCP and no addresses",
      sentence: "it lets calls to every host out on port 443, although the mesh allows known hosts alone",
      remedy: "give the port protocol TLS: then the host in the TLS greeting decides",
    }));
}

/** Judges how the instances' ServiceEntries reach origins that speak TLS. */
export function checkOrigins(evidence: Evidence): readonly Hit[] {
  const { instances, serviceEntries, destinationRules } = evidence;
  const entries = serviceEntries.filter(({ metadata }) => instances.includes(metadata.namespace ?? ""));
  return entries.flatMap((entry) => [
    ...judgeOrigin(
      entry,
      destinationRules.filter(({ metadata }) => metadata.namespace === entry.metadata.namespace),
    ),
    ...judgeOpen(entry, evidence),
  ]);
}
