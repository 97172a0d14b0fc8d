import { isVersion } from "../../../istio/controlPlanes";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { entryPortKind, ownersByHost } from "../../hosts";
import { objectName, type ServiceEntry, type ServiceEntryPort } from "../../objects";
import { seenFrom, sidecarFor } from "../../sidecars";
import { inListOrder, ownerOf, type HostOwner } from "../../whoWins";

/** Whether a TCP port of an entry has addresses that its callers use. */
function hasAddresses({ spec, status }: ServiceEntry, { meshConfig }: Evidence): boolean {
  if ((spec.addresses ?? []).length > 0) return true;
  const given = (status?.addresses ?? []).length > 0 || (meshConfig.allocates && spec.resolution === "DNS");
  return meshConfig.dnsCapture && given;
}

/** Whether an entry takes a port to everywhere. One that goes on to where the caller sent it takes nothing away. */
const captures = (entry: ServiceEntry, port: ServiceEntryPort, evidence: Evidence) =>
  entryPortKind(port.protocol) === "tcp" && entry.spec.resolution !== "NONE" && !hasAddresses(entry, evidence);

const patchOf = ({ metadata: { name, namespace = "" } }: ServiceEntry, spec: string) =>
  `kubectl -n ${namespace} patch serviceentries.networking.istio.io ${name} --type merge -p '{"spec":${spec}}'`;

const addressesFor = (entry: ServiceEntry) =>
  `give ${objectName(entry)} the addresses of its host (spec.addresses), or switch DNS capture on (istio.dnsCapture: true)`;

/** Which entry takes a TCP port, for the callers of an instance. */
function judgeCaptures(instance: string, evidence: Evidence): readonly Hit[] {
  const listed = inListOrder(evidence.serviceEntries, instance);
  const byPort = new Map<number, ServiceEntry[]>();
  for (const entry of listed)
    for (const port of entry.spec.ports ?? [])
      if (captures(entry, port, evidence)) byPort.set(port.number, [...(byPort.get(port.number) ?? []), entry]);
  return [...byPort].flatMap(([number, [winner, ...losers]]) => {
    if (winner === undefined) return [];
    const isForeign = winner.metadata.namespace !== instance;
    const host = (winner.spec.hosts ?? []).join(", ");
    const taken = losers.map((one) => `${objectName(one)} (${(one.spec.hosts ?? []).join(", ")})`);
    // One entry of the instance's own, for itself: the preview warns of it.
    if (!isForeign && losers.length === 0) return [];
    const against = taken.length === 0 ? "" : `, also those meant for ${taken.join(" and ")}`;
    return [
      {
        code: "port-captured" as const,
        object: objectName(winner),
        evidence:
          `${objectName(winner)} has TCP port ${String(number)} and no address; created ${winner.metadata.creationTimestamp ?? "?"}, ` +
          `exportTo ${JSON.stringify(winner.spec.exportTo ?? ["*"])}`,
        sentence: `it takes every connection of namespace ${instance} to port ${String(number)} to ${host}${against}`,
        remedy: isForeign ? patchOf(winner, '{"exportTo":["."]}') : addressesFor(winner),
      },
    ];
  });
}

/** What of the instance's own reaches beyond it. */
function judgeReach(instance: string, evidence: Evidence): readonly Hit[] {
  return evidence.serviceEntries
    .filter(({ metadata, spec }) => {
      const exportTo = spec.exportTo ?? [];
      const stays = exportTo.length > 0 && exportTo.every((one) => [".", instance, "~"].includes(one));
      return metadata.namespace === instance && !stays;
    })
    .flatMap((entry) => {
      const port = (entry.spec.ports ?? []).find((one) => captures(entry, one, evidence));
      if (port === undefined) return [];
      return [
        {
          code: "port-captured" as const,
          object: objectName(entry),
          evidence: `TCP port ${String(port.number)}, no address, exportTo ${JSON.stringify(entry.spec.exportTo ?? ["*"])}`,
          sentence: `it takes port ${String(port.number)} to everywhere in other namespaces of the mesh, too`,
          remedy: patchOf(entry, '{"exportTo":["."]}'),
        },
      ];
    });
}

const isEntry = (owner: HostOwner): owner is ServiceEntry => owner.kind === "ServiceEntry";

/** In what two entries for one host contradict each other; `undefined`: in nothing. */
function contradiction(a: ServiceEntry, b: ServiceEntry): string | undefined {
  for (const x of a.spec.ports ?? []) {
    const y = (b.spec.ports ?? []).find(({ number }) => number === x.number);
    if (y === undefined) continue;
    const [p, q] = [x.protocol ?? "TCP", y.protocol ?? "TCP"];
    if (p.toUpperCase() !== q.toUpperCase()) return `port ${String(x.number)} is ${p} in one and ${q} in the other`;
    const [r, s] = [a.spec.resolution ?? "NONE", b.spec.resolution ?? "NONE"];
    if (r !== s) return `port ${String(x.number)} has resolution ${r} in one and ${s} in the other`;
  }
  return undefined;
}

/** Which object is a host, for the callers of an instance, where there are several. */
function judgeHosts(instance: string, evidence: Evidence): readonly Hit[] {
  const running = evidence.controlPlanes[0]?.ready[0];
  // By an image's digest it is not known.
  const version = running !== undefined && isVersion(running) ? running : undefined;
  const hasSidecar = sidecarFor(instance, evidence.sidecars) !== undefined;
  return [...ownersByHost(evidence)].flatMap(([host, owners]) => {
    // Objects of others among themselves are theirs to judge.
    if (owners.length < 2 || !owners.some(({ metadata }) => metadata.namespace === instance)) return [];
    const contest = ownerOf(host, instance, owners, { version, hasSidecar });
    if (contest === undefined) return [];
    const { winner, losers } = contest;
    return losers.flatMap(({ object, why }): readonly Hit[] => {
      const differs = isEntry(winner) && isEntry(object) ? contradiction(winner, object) : undefined;
      if (differs !== undefined)
        return [
          {
            code: "entries-conflict",
            object: objectName(object),
            evidence: `host ${host}: ${differs}; ${objectName(winner)} takes effect: ${why}`,
            sentence: `for host ${host} ${objectName(winner)} takes effect in namespace ${instance}, and this one's port does not: ${differs}`,
            remedy: "make one entry of the two, or give both the same protocol and resolution",
          },
        ];
      // Entries of one namespace that agree are added up.
      if (object.metadata.namespace === winner.metadata.namespace && isEntry(winner)) return [];
      return [
        {
          code: "host-twice",
          object: objectName(object),
          evidence: `host ${host} is in ${objectName(winner)}, too`,
          sentence: `for host ${host} ${objectName(winner)} takes effect in namespace ${instance}, and this one does not: ${why}`,
          remedy: isEntry(object)
            ? patchOf(object, '{"exportTo":["."]}')
            : `remove the host from ${objectName(winner)}`,
        },
      ];
    });
  });
}

/** Judges ServiceEntries, as the callers of each instance see them. */
export const checkEntries = (evidence: Evidence): readonly Hit[] =>
  evidence.instances.flatMap((instance) => [
    ...judgeCaptures(instance, seenFrom(instance, evidence)),
    ...judgeReach(instance, evidence),
    ...judgeHosts(instance, seenFrom(instance, evidence)),
  ]);
