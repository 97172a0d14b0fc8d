import { systemNamespace } from "../istio/names";
import { hasLabels } from "../istio/pods";
import type { Evidence } from "./evidence";
import { serviceHost } from "./hosts";
import type { VirtualService } from "./objects";
import type { Sidecar } from "./policies";
import { byAge, covers, fullHost, isForSidecars } from "./whoWins";

type Labels = Readonly<Record<string, string>>;

const isWhole = ({ spec }: Sidecar) => spec.workloadSelector === undefined;

/** The Sidecars that can count in a namespace: its own, and the root namespace's where it has none for all of its pods. */
export function sidecarsIn(namespace: string, all: readonly Sidecar[]): readonly Sidecar[] {
  const own = all.filter(({ metadata }) => metadata.namespace === namespace).sort(byAge);
  const ofRoot = all.filter((one) => one.metadata.namespace === systemNamespace && isWhole(one)).sort(byAge);
  // Those for some pods come first.
  return [...own.filter((one) => !isWhole(one)), ...own.filter(isWhole), ...ofRoot];
}

/**
 * The Sidecar that counts for a pod; `undefined`: none, it sees everything.
 * @param labels default: of a pod that no Sidecar selects by labels
 * @see https://github.com/istio/istio pilot/pkg/model/push_context.go, doGetSidecarScope
 */
export const sidecarFor = (namespace: string, all: readonly Sidecar[], labels?: Labels): Sidecar | undefined =>
  sidecarsIn(namespace, all).find(
    (one) => isWhole(one) || (labels !== undefined && hasLabels(labels, one.spec.workloadSelector?.labels)),
  );

/** What a Sidecar's egress lets in: `namespace/host`, each part possibly `*`. */
interface Import {
  readonly namespace: string;
  readonly host: string;
}

/** A namespace that begins with `~` takes away. Alone it lets nothing in. */
function importsOf({ spec }: Sidecar, namespace: string) {
  const listed = (spec.egress ?? []).flatMap(({ hosts = [] }) => hosts);
  // One without egress lets all in.
  const parts = ((spec.egress ?? []).length === 0 ? ["*/*"] : listed).map((one) => {
    const [place = "", host = ""] = one.split("/");
    const bare = place.replace(/^~(?=.)/, "");
    return { namespace: bare === "." ? namespace : bare, host: host.toLowerCase(), isTaken: bare !== place };
  });
  return { lets: parts.filter(({ isTaken }) => !isTaken), takes: parts.filter(({ isTaken }) => isTaken) };
}

const isOf = (place: string) => (one: Import) => one.namespace === "*" || one.namespace === place;

/** Whether a Sidecar of a namespace's pods lets a host in that an object of a place gives. */
function letsHost(sidecar: Sidecar, namespace: string, host: string, place: string): boolean {
  const { lets, takes } = importsOf(sidecar, namespace);
  const has = (one: Import) => covers(one.host, host);
  return lets.filter(isOf(place)).some(has) && !takes.filter(isOf(place)).some(has);
}

/**
 * Whether it lets a VirtualService in: by one of its hosts, of which either may be the wider one.
 * @see https://github.com/istio/istio pilot/pkg/model/virtualservice.go, SelectVirtualServices
 */
function letsRoute(sidecar: Sidecar, namespace: string, { metadata, spec }: VirtualService): boolean {
  const { lets, takes } = importsOf(sidecar, namespace);
  const place = metadata.namespace ?? "";
  return (spec.hosts ?? [])
    .map((host) => fullHost(host, place))
    .some(
      (host) =>
        lets.filter(isOf(place)).some((one) => covers(one.host, host) || covers(host, one.host)) &&
        !takes.filter(isOf(place)).some((one) => covers(one.host, host)),
    );
}

const destinationsOf = ({ metadata, spec }: VirtualService): readonly string[] =>
  [...(spec.http ?? []), ...(spec.tls ?? []), ...(spec.tcp ?? [])]
    .flatMap(({ route = [] }) => route)
    .map(({ destination }) => fullHost(destination?.host ?? "", metadata.namespace));

/** What of routes, entries and Services the pods see that one Sidecar counts for. Where a route leads to is let in with it. */
function through(sidecar: Sidecar, namespace: string, evidence: Evidence) {
  const virtualServices = evidence.virtualServices.filter((route) => letsRoute(sidecar, namespace, route));
  const led = new Set(virtualServices.filter(isForSidecars).flatMap(destinationsOf));
  const sees = (host: string, place: string) => led.has(host) || letsHost(sidecar, namespace, host, place);
  const serviceEntries = evidence.serviceEntries.filter(({ metadata: { namespace: place = "" }, spec }) =>
    (spec.hosts ?? []).some((host) => sees(fullHost(host, place), place)),
  );
  const services = evidence.services.filter((one) => sees(serviceHost(one), one.metadata?.namespace ?? ""));
  return { virtualServices, serviceEntries, services };
}

/** What was read, without what the Sidecar for all pods of an instance hides from them. */
export function seenFrom(instance: string, evidence: Evidence): Evidence {
  const sidecar = sidecarFor(instance, evidence.sidecars);
  return sidecar === undefined ? evidence : { ...evidence, ...through(sidecar, instance, evidence) };
}

/** Of an instance's objects those that every Sidecar that can count there hides; none where pods without one can be. */
export function hiddenIn(instance: string, evidence: Evidence) {
  const some = sidecarsIn(instance, evidence.sidecars);
  const last = some.findIndex(isWhole);
  const counting = last < 0 ? [] : some.slice(0, last + 1);
  const views = counting.map((one) => through(one, instance, evidence));
  const isHidden = (seen: (view: (typeof views)[number]) => boolean) => views.length > 0 && !views.some(seen);
  return {
    sidecars: counting,
    virtualServices: evidence.virtualServices.filter((one) => isHidden((view) => view.virtualServices.includes(one))),
    serviceEntries: evidence.serviceEntries.filter((one) => isHidden((view) => view.serviceEntries.includes(one))),
  };
}
