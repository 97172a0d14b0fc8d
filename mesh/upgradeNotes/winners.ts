import { destinationsOf, fullHost, groupedBy, isSystem, nameOf, serviceHost } from "./look";
import type { Kinds, Objects } from "./kinds";
import type { Hit } from "./note";

// Who answers for a host that exists more than once. Read from Istio's pilot/pkg/model/sidecar.go at 1.23.6, 1.24.6, 1.29.6
// and 1.30.3. Not taken into account: meshConfig.defaultServiceExportTo, and the hosts that a Sidecar imports one by one.

/** One of those that answer for a host. */
interface Candidate {
  readonly host: string;
  readonly object: string;
  readonly namespace: string;
  readonly isService: boolean;
  readonly created: string;
  readonly exportTo: readonly string[];
}

type Seen = Pick<Objects, "services" | "serviceEntries" | "sidecars" | "namespaces">;

function candidates({ services, serviceEntries }: Seen): readonly Candidate[] {
  const of = (kind: string, thing: Kinds["services"] | Kinds["serviceEntries"], exportTo: readonly string[]) => ({
    object: nameOf(kind, thing),
    namespace: thing.metadata.namespace ?? "",
    created: thing.metadata.creationTimestamp ?? "",
    exportTo: exportTo.length === 0 ? ["*"] : exportTo,
  });
  return [
    ...services.map((one) => {
      const exported = one.metadata.annotations?.["networking.istio.io/exportTo"]?.split(",").map((to) => to.trim());
      return { ...of("Service", one, exported ?? []), host: serviceHost(one), isService: true };
    }),
    ...serviceEntries.flatMap((one) =>
      (one.spec?.hosts ?? []).map((host) => ({
        ...of("ServiceEntry", one, one.spec?.exportTo ?? []),
        host: fullHost(host.toLowerCase(), one.metadata.namespace),
        isService: false,
      })),
    ),
  ];
}

/** Hosts that more than one namespace answers for, each with who does, the oldest first. */
function shared(seen: Seen): readonly (readonly [string, readonly Candidate[]])[] {
  return [...groupedBy(candidates(seen), ({ host }) => host)]
    .filter(([, all]) => new Set(all.map(({ namespace }) => namespace)).size > 1)
    .map(([host, all]) => [host, [...all].sort((a, b) => a.created.localeCompare(b.created))]);
}

/** Those that a namespace sees: first what is meant for it alone, then what is for everybody, the oldest first. */
function visible(all: readonly Candidate[], to: string): readonly Candidate[] {
  const forAll = all.filter(({ exportTo }) => exportTo.includes("*"));
  const forIt = all.filter(
    ({ exportTo, namespace }) =>
      !exportTo.includes("*") && (exportTo.includes(to) || (exportTo.includes(".") && namespace === to)),
  );
  return [...forIt, ...forAll];
}

const own = (all: readonly Candidate[], namespace: string) => all.find((one) => one.namespace === namespace);
const service = (all: readonly Candidate[]) => all.find(({ isService }) => isService);

/** Up to 1.23 it depended on whether the namespace has a Sidecar. */
const before24 = (all: readonly Candidate[], namespace: string, hasSidecar: boolean) =>
  hasSidecar ? (own(all, namespace) ?? all[0]) : (service(all) ?? all[0]);
const from24 = (all: readonly Candidate[], namespace: string) => own(all, namespace) ?? service(all) ?? all[0];

/** Namespaces whose proxies call somebody: none of the cluster's own. */
const callers = ({ namespaces }: Pick<Seen, "namespaces">) =>
  namespaces.map(({ metadata }) => metadata.name ?? "").filter((name) => !isSystem(name));

/** The Sidecars that decide for a namespace: its own, else those of istio-system. */
function sidecarsOf({ sidecars }: Pick<Seen, "sidecars">, namespace: string) {
  const whole = sidecars.filter(({ spec }) => spec?.workloadSelector === undefined);
  const inside = whole.filter(({ metadata }) => metadata.namespace === namespace);
  return inside.length > 0 ? inside : whole.filter(({ metadata }) => metadata.namespace === "istio-system");
}

type Pick2 = (all: readonly Candidate[], namespace: string) => Candidate | undefined;

/** A hit for each host whose winner changes, with both winners, and for whom. */
function changes(
  hosts: readonly (readonly [string, readonly Candidate[]])[],
  namespaces: readonly string[],
  [before, after]: readonly [Pick2, Pick2],
): readonly Hit[] {
  return hosts.flatMap(([host, all]) => {
    const found = new Map<string, string[]>();
    for (const namespace of namespaces) {
      const seen = visible(all, namespace);
      const [old, now] = [before(seen, namespace), after(seen, namespace)];
      if (old === undefined || now === undefined || old.object === now.object) continue;
      const text = `${old.object} answers for it before, ${now.object} after`;
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
    (all, namespace) => before24(all, namespace, withSidecar.has(namespace)),
    from24,
  ]);
}

/**
 * What a step to 1.30 changes: only hosts that a namespace's Sidecar does not import, and that a VirtualService sends calls to.
 */
export function winnersOf30(seen: Seen & Pick<Objects, "virtualServices">): readonly Hit[] {
  const routed = new Set(seen.virtualServices.flatMap(destinationsOf));
  const hosts = shared(seen).filter(([host]) => routed.has(host));
  const importsAll = (namespace: string) => {
    const deciding = sidecarsOf(seen, namespace);
    const egress = deciding.flatMap(({ spec }) => spec?.egress ?? []);
    return egress.length === 0 || egress.some(({ hosts: names = [] }) => names.includes("*/*"));
  };
  const namespaces = callers(seen).filter((namespace) => !importsAll(namespace));
  const byName: Pick2 = (all, namespace) =>
    own(all, namespace) ?? [...all].sort((a, b) => (a.namespace < b.namespace ? -1 : 1))[0];
  const oldest = (all: readonly Candidate[]) => [...all].sort((a, b) => a.created.localeCompare(b.created))[0];
  return changes(hosts, namespaces, [byName, (all, namespace) => own(all, namespace) ?? service(all) ?? oldest(all)]);
}
