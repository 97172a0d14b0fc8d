import { milliseconds } from "../../settings/duration";
import { type Entry } from "../install/serviceEntries";
import { faultText, isHttp, type Fault, type HttpFault } from "./fault";
import {
  fake,
  fakePort,
  fakeService,
  faultAnnotations,
  faultPrefix,
  hang,
  hangHost,
  object,
  suffixOf,
  type DrillMetadata,
  type FaultObject,
  type Spec,
} from "./faultObjects";
import { pathsOf } from "./overlap";

/** Rules of one VirtualService. */
interface Rules {
  /** What they do, for a person. */
  readonly effects: string[];
  readonly http: Spec[];
  readonly tcp: Spec[];
  readonly tls: Spec[];
}

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
        const name = `${faultPrefix}external-${entry.name}${at === 0 ? "" : `.${String(at + 1)}`}`;
        const rules = of(name, host);
        rules.effects.push(faultText(fault));
        addExternal(rules, fault, entry, host);
      });
    } else {
      const rules = of(`${faultPrefix}service-${fault.host}`, fault.host);
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
  marks: DrillMetadata,
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
  const effect = { [faultAnnotations.effect]: effects.join("; ") };
  return object("VirtualService", `${name}-${suffixOf(marks.drill)}`, marks, spec, effect);
}

/**
 * The objects of faults: what they route to first, then one VirtualService a host.
 * @param entries where the hosts of external services are read
 */
export function faultObjects(
  faults: readonly Fault[],
  entries: readonly Entry[],
  marks: DrillMetadata,
): readonly FaultObject[] {
  const services = rulesByHost(faults, entries);
  const hangs = faults.some((fault) => fault.type === "externalHost" && fault.mode === "hang");
  const fakes = faults.some((fault) => !isHttp(fault) && !(fault.type === "externalHost" && fault.mode === "hang"));
  return [
    ...(fakes ? [fake(marks)] : []),
    ...(hangs ? hang(marks) : []),
    ...services.map(({ name, host, rules }) => virtualService(marks, name, host, rules)),
  ];
}

/** The hosts of a fault, as its VirtualServices have them. */
export function hostsOf(fault: Fault, entries: readonly Entry[]): readonly string[] {
  if (fault.type !== "externalHost") return [fault.host];
  return entries.find(({ name }) => name === entryName(fault.service))?.spec.hosts ?? [];
}
