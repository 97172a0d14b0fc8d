import type { V1Service } from "@kubernetes/client-node";
import { ownersByHost } from "../doctor/hosts";
import { objectName, type ServiceEntry } from "../doctor/objects";
import { byAge, inListOrder, isService, ownerOf, type HostOwner } from "../doctor/whoWins";
import { destinationsOf, isSystem } from "./look";
import type { Objects } from "./kinds";
import type { Hit } from "./note";

// Whose host it is before and after a step, where several have it. Read from Istio's pilot/pkg/model/sidecar.go at 1.23.6, 1.24.6,
// 1.29.6 and 1.30.3. Not taken into account: meshConfig.defaultServiceExportTo, and the hosts that a Sidecar imports one by one.

type Seen = Pick<Objects, "services" | "serviceEntries" | "sidecars" | "namespaces">;

/** Hosts that more than one namespace answers for, each with who does. */
function shared({ services, serviceEntries }: Seen): readonly (readonly [string, readonly HostOwner[]])[] {
  // The same objects in the doctor's words; a list does not say the kind of its items.
  const entries = serviceEntries.map((one) => ({ spec: {}, ...one, kind: "ServiceEntry" }) as ServiceEntry);
  const all = ownersByHost({ services: services as unknown as readonly V1Service[], serviceEntries: entries });
  return [...all].filter(([, owners]) => new Set(owners.map(({ metadata }) => metadata.namespace)).size > 1);
}

/** Namespaces whose proxies call somebody: none of the cluster's own. */
const callers = ({ namespaces }: Pick<Seen, "namespaces">) =>
  namespaces.map(({ metadata }) => metadata.name ?? "").filter((name) => !isSystem(name));

/** The Sidecars that decide for a namespace: its own, else those of istio-system. */
function sidecarsOf({ sidecars }: Pick<Seen, "sidecars">, namespace: string) {
  const whole = sidecars.filter(({ spec }) => spec?.workloadSelector === undefined);
  const inside = whole.filter(({ metadata }) => metadata.namespace === namespace);
  return inside.length > 0 ? inside : whole.filter(({ metadata }) => metadata.namespace === "istio-system");
}

/** Who answers for a host, for the callers of a namespace; `undefined` where they see none. */
type Choice = (host: string, namespace: string, owners: readonly HostOwner[]) => HostOwner | undefined;

/** A hit for each host whose winner changes, with both winners, and for whom. */
function changes(
  hosts: readonly (readonly [string, readonly HostOwner[]])[],
  namespaces: readonly string[],
  [before, after]: readonly [Choice, Choice],
): readonly Hit[] {
  return hosts.flatMap(([host, owners]) => {
    const found = new Map<string, string[]>();
    for (const namespace of namespaces) {
      const [old, now] = [before(host, namespace, owners), after(host, namespace, owners)];
      if (old === undefined || now === undefined || old === now) continue;
      const text = `${objectName(old)} answers for it before, ${objectName(now)} after`;
      found.set(text, [...(found.get(text) ?? []), namespace]);
    }
    return [...found].map(([text, whom]) => ({ object: `host ${host}`, says: `${text}, for ${listed(whom)}` }));
  });
}

function listed(namespaces: readonly string[]): string {
  const shown = namespaces.slice(0, 3).join(", ");
  return namespaces.length > 3 ? `${shown} and ${String(namespaces.length - 3)} more namespaces` : `namespace ${shown}`;
}

/** What a step to 1.24 changes. */
export function winnersOf24(seen: Seen): readonly Hit[] {
  const namespaces = callers(seen);
  const withSidecar = new Set(namespaces.filter((namespace) => sidecarsOf(seen, namespace).length > 0));
  return changes(shared(seen), namespaces, [
    (host, namespace, owners) =>
      ownerOf(host, namespace, owners, { version: "1.23.6", hasSidecar: withSidecar.has(namespace) })?.winner,
    (host, namespace, owners) => ownerOf(host, namespace, owners)?.winner,
  ]);
}

/**
 * What a step to 1.30 changes: only hosts that a namespace's Sidecar does not import, and that a VirtualService sends calls to.
 */
export function winnersOf30(seen: Seen & Pick<Objects, "virtualServices">): readonly Hit[] {
  const routed = new Set(seen.virtualServices.flatMap(destinationsOf));
  const hosts = shared(seen).filter(([host]) => routed.has(host));
  const importsAll = (namespace: string) => {
    const egress = sidecarsOf(seen, namespace).flatMap(({ spec }) => spec?.egress ?? []);
    return egress.length === 0 || egress.some(({ hosts: names = [] }) => names.includes("*/*"));
  };
  const namespaces = callers(seen).filter((namespace) => !importsAll(namespace));
  const own = (all: readonly HostOwner[], client: string) => all.find(({ metadata }) => metadata.namespace === client);
  const spaceOf = ({ metadata: { namespace = "" } }: HostOwner) => namespace;
  return changes(hosts, namespaces, [
    (_, client, owners) => {
      const all = inListOrder(owners, client);
      return own(all, client) ?? [...all].sort((a, b) => (spaceOf(a) < spaceOf(b) ? -1 : 1))[0];
    },
    (_, client, owners) => {
      const all = inListOrder(owners, client);
      return own(all, client) ?? all.find(isService) ?? [...all].sort(byAge)[0];
    },
  ]);
}
