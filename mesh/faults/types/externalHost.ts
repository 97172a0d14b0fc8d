import type { Entry } from "../../install/serviceEntries";
import { fakePort, fakeService, faultPrefix, hangHost } from "../faultObjects";
import { callers, routeTo, type FaultOf, type FaultType, type HostRules } from "./faultType";

type ExternalFault = FaultOf<"externalHost">;

/** Name of the ServiceEntry of an external service; the mail server's is called smtp. */
const entryName = ({ service }: ExternalFault) => (service === "mail" ? "smtp" : service);

function rulesFor(fault: ExternalFault, entry: Entry, host: string, at: number): HostRules {
  const from = callers(fault);
  const route = fault.mode === "hang" ? routeTo(hangHost, fakePort) : routeTo(fakeService, fakePort);
  const ports = (...protocols: readonly string[]) =>
    entry.spec.ports.filter(({ protocol }) => protocols.includes(protocol)).map(({ number }) => number);
  const [http, tls] = [ports("HTTP", "HTTP2", "GRPC"), ports("TLS", "HTTPS")];
  const tcp = entry.spec.ports.map(({ number }) => number).filter((port) => ![...http, ...tls].includes(port));
  return {
    name: `${faultPrefix}external-${entry.name}${at === 0 ? "" : `.${String(at + 1)}`}`,
    host,
    http: http.map((port) => ({ match: [{ port, ...from }], route })),
    tls: tls.map((port) => ({ match: [{ port, sniHosts: [host], ...from }], route })),
    tcp: tcp.map((port) => ({ match: [{ port, ...from }], route })),
  };
}

/** An external service fails: its ServiceEntry's hosts are led to where nobody answers. */
export const externalHost: FaultType<ExternalFault> = {
  target: ({ service }) => service,
  effect: ({ mode }) => (mode === "hang" ? "hangs" : "is cut off"),
  percentage: () => 100,
  scope: ({ service }) => ({ target: `external/${service}` }),
  rules: (fault, entries) => {
    const entry = entries.find(({ name }) => name === entryName(fault));
    return (entry?.spec.hosts ?? []).map((host, at) => rulesFor(fault, entry as Entry, host, at));
  },
  leadsTo: ({ mode }) => (mode === "hang" ? "silence" : "nobody"),
  entry: entryName,
  problems: ({ service }, external) =>
    external === undefined || external.includes(service)
      ? []
      : [
          {
            at: ".service",
            text: `"${service}" is no external service of this stack. Allowed: ${external.join(", ") || "none is configured"}`,
          },
        ],
  judgeTarget: (fault, { serviceEntries }, { namespace, entriesMade }) => {
    const name = entryName(fault);
    // An update makes the entry before the fault; a drill finds it, or acts on nothing.
    if (entriesMade !== true || serviceEntries.includes(name)) return [];
    return [`ServiceEntry ${name} is not in namespace ${namespace}: run up first`];
  },
};
