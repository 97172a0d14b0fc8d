import { networkingApiVersion, serviceEntries, type Entry, type ExternalSettings } from "../serviceEntries";
import { milliseconds } from "./duration";
import { faultText, isHttp, type Fault, type HttpFault } from "./fault";
import { pathsOf } from "./overlap";

/** Label of every object that is part of a fault. */
export const faultLabel = "jam-istio/fault";

/** Annotations of what is part of a fault; `effect`, of VirtualServices, says what breaks for whom. */
export const marksOf = {
  drill: "jam-istio/drill",
  start: "jam-istio/start",
  end: "jam-istio/end",
  effect: "jam-istio/effect",
} as const;

/** Pulumi would wait for endpoints that never come, and for the end of a Job that waits itself. */
export const unawaited = { "pulumi.com/skipAwait": "true" } as const;

/** The Service that faults route to: it has no endpoints, so connections to it end at once. */
export const fakeService = "fake-service";
export const fakePort = 9000;

/** The host of `mode: hang`; its one address is of TEST-NET-1 (RFC 5737), where nobody answers. */
const hangName = "fake-service-hang";
const hangHost = `${hangName}.invalid`;
const [hangAddress, hangEndpoint] = ["192.0.2.9", "192.0.2.10"];
/** How long a connection hangs before Envoy gives it up. */
const hangFor = "3600s";

/** A Kubernetes object that is part of a fault. */
export interface FaultObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  /** What else it has: spec, rules, subjects. */
  readonly [part: string]: unknown;
}

/** What the VirtualServices of a drill carry. */
export interface DrillMarks {
  readonly namespace: string;
  /** What the drill is called; its last eight characters are its own. */
  readonly drill: string;
  /** When it began, ISO 8601. */
  readonly start: string;
  /** When it ends, ISO 8601, or `none`. */
  readonly end: string;
}

type Spec = Readonly<Record<string, unknown>>;

/** Rules of one VirtualService. */
interface Rules {
  /** What they do, for a person. */
  readonly effects: string[];
  readonly http: Spec[];
  readonly tcp: Spec[];
  readonly tls: Spec[];
}

function object(kind: string, name: string, namespace: string, spec: Spec, annotations = {}): FaultObject {
  return {
    apiVersion: kind === "Service" ? "v1" : networkingApiVersion,
    kind,
    metadata: { name, namespace, labels: { [faultLabel]: "active" }, annotations },
    spec,
  };
}

/** End of the names of a drill's own objects. */
export const suffixOf = (drill: string) => drill.slice(-8);

const callers = ({ sourceLabels }: Fault) => (sourceLabels === undefined ? {} : { sourceLabels });
const to = (host: string, port?: number) => [
  { destination: { host, ...(port === undefined ? {} : { port: { number: port } }) } },
];

/** Istio reads a duration in seconds in every version. */
const seconds = (duration: string) => `${String(milliseconds(duration) / 1000)}s`;

function httpFault(fault: HttpFault): Spec {
  const percentage = { value: fault.percentage };
  return fault.type === "httpAbort"
    ? { abort: { httpStatus: fault.httpStatus, percentage } }
    : { delay: { fixedDelay: seconds(fault.fixedDelay), percentage } };
}

function httpRule(fault: HttpFault): Spec {
  const { prefix, exact } = pathsOf(fault);
  const uris = [...(exact === undefined ? [] : [{ exact }]), ...(prefix === "/" ? [] : [{ prefix }])];
  const from = callers(fault);
  const match = uris.length > 0 ? uris.map((uri) => ({ uri, ...from })) : fault.sourceLabels ? [from] : undefined;
  return { ...(match === undefined ? {} : { match }), fault: httpFault(fault), route: to(fault.host) };
}

function addExternal(rules: Rules, fault: Extract<Fault, { type: "externalHost" }>, entry: Entry, host: string): void {
  const from = callers(fault);
  const route = fault.mode === "hang" ? to(hangHost, fakePort) : to(fakeService, fakePort);
  for (const { number: port, protocol } of entry.spec.ports) {
    if (["HTTP", "HTTP2", "GRPC"].includes(protocol)) rules.http.push({ match: [{ port, ...from }], route });
    else if (["TLS", "HTTPS"].includes(protocol))
      rules.tls.push({ match: [{ port, sniHosts: [host], ...from }], route });
    else rules.tcp.push({ match: [{ port, ...from }], route });
  }
}

/** Rules of faults by the host that they are for, in the order given. */
function rulesByHost(faults: readonly Fault[], entries: readonly Entry[]) {
  const hosts = new Map<string, { readonly name: string; readonly host: string; readonly rules: Rules }>();
  const of = (name: string, host: string): Rules => {
    // A Service's host is a short name, without dots; an external one is a full name: they cannot meet.
    const known = hosts.get(host) ?? { name, host, rules: { effects: [], http: [], tcp: [], tls: [] } };
    hosts.set(host, known);
    return known.rules;
  };
  for (const fault of faults) {
    if (fault.type === "externalHost") {
      const entry = entries.find(({ name }) => name === entryName(fault.service));
      entry?.spec.hosts.forEach((host, at) => {
        const name = `fault-external-${entry.name}${at === 0 ? "" : `.${String(at + 1)}`}`;
        const rules = of(name, host);
        rules.effects.push(faultText(fault));
        addExternal(rules, fault, entry, host);
      });
    } else {
      const rules = of(`fault-service-${fault.host}`, fault.host);
      rules.effects.push(faultText(fault));
      if (isHttp(fault)) rules.http.push(httpRule(fault));
      else {
        const match = fault.ports.map((port) => ({
          match: [{ port, ...callers(fault) }],
          route: to(fakeService, fakePort),
        }));
        rules.tcp.push(...match);
      }
    }
  }
  return [...hosts.values()];
}

/** Name of the ServiceEntry of an external service; the mail server's is called smtp. */
export const entryName = (service: string) => (service === "mail" ? "smtp" : service);

/**
 * One for each drill: it is made and deleted and never changed, so that it does not matter to a later drill whether somebody
 * took it out.
 */
function virtualService(
  { namespace, drill, start, end }: DrillMarks,
  name: string,
  host: string,
  { effects, http, tcp, tls }: Rules,
): FaultObject {
  const spec = {
    hosts: [host],
    exportTo: ["."],
    // What no rule is for goes where it always went.
    ...(http.length === 0 ? {} : { http: [...http, { route: to(host) }] }),
    ...(tls.length === 0 ? {} : { tls }),
    ...(tcp.length === 0 ? {} : { tcp }),
  };
  const annotations = {
    [marksOf.drill]: drill,
    [marksOf.start]: start,
    [marksOf.end]: end,
    [marksOf.effect]: effects.join("; "),
  };
  return object("VirtualService", `${name}-${suffixOf(drill)}`, namespace, spec, annotations);
}

function fake(namespace: string): FaultObject {
  const ports = [{ name: "tcp-fake", port: fakePort, protocol: "TCP", targetPort: fakePort }];
  return object("Service", fakeService, namespace, { ports }, unawaited);
}

function hang(namespace: string): readonly FaultObject[] {
  return [
    object("ServiceEntry", hangName, namespace, {
      hosts: [hangHost],
      // Without an address it would take port 9000 to everywhere.
      addresses: [hangAddress],
      ports: [{ number: fakePort, name: "tcp-fake", protocol: "TCP" }],
      location: "MESH_EXTERNAL",
      resolution: "STATIC",
      endpoints: [{ address: hangEndpoint }],
      exportTo: ["."],
    }),
    object("DestinationRule", hangName, namespace, {
      host: hangHost,
      trafficPolicy: { connectionPool: { tcp: { connectTimeout: hangFor } } },
      exportTo: ["."],
    }),
  ];
}

/**
 * The objects of faults: what they route to first, then one VirtualService a host.
 * @param settings where the hosts of external services are read
 */
export function faultObjects(
  faults: readonly Fault[],
  settings: ExternalSettings,
  marks: DrillMarks,
): readonly FaultObject[] {
  const services = rulesByHost(faults, serviceEntries(settings));
  const hangs = faults.some((fault) => fault.type === "externalHost" && fault.mode === "hang");
  const fakes = faults.some((fault) => !isHttp(fault) && !(fault.type === "externalHost" && fault.mode === "hang"));
  return [
    ...(fakes ? [fake(marks.namespace)] : []),
    ...(hangs ? hang(marks.namespace) : []),
    ...services.map(({ name, host, rules }) => virtualService(marks, name, host, rules)),
  ];
}

/** The hosts of a fault, as its VirtualServices have them. */
export function hostsOf(fault: Fault, settings: ExternalSettings): readonly string[] {
  if (fault.type !== "externalHost") return [fault.host];
  return serviceEntries(settings).find(({ name }) => name === entryName(fault.service))?.spec.hosts ?? [];
}

/** The line that ends every fault of a namespace, for a person with kubectl and nothing else. */
export const endLine = (namespace: string) =>
  `kubectl delete virtualservices.networking.istio.io -n ${namespace} -l ${faultLabel}`;
