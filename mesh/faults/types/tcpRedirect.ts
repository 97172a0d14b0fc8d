import { fakePort, fakeService } from "../faultObjects";
import { callers, routeTo, type FaultOf, type FaultType } from "./faultType";
import { judgeHost, judgeService, portText, serviceRuleName, type ServicePort } from "./serviceTarget";

function judgePort(host: string, ports: readonly ServicePort[], number: number): readonly string[] {
  const port = ports.find((one) => one.port === number);
  if (port === undefined) return [`Service "${host}" has no port ${String(number)}; its ports: ${portText(ports)}`];
  if (port.kind === "http")
    return [`port ${String(number)} is for HTTP, where tcpRedirect does nothing: use httpAbort`];
  if (port.kind === "tls" || port.kind === "udp")
    return [`port ${String(number)} is for ${port.kind.toUpperCase()}, where tcpRedirect does nothing`];
  return [];
}

/** Connections to ports of a Service are closed at once. */
export const tcpRedirect: FaultType<FaultOf<"tcpRedirect">> = {
  target: ({ host }) => host,
  effect: ({ ports }) => `closes connections to ${ports.join(" and ")}`,
  percentage: () => 100,
  scope: ({ host, ports }) => ({ target: `tcp/${host}`, ports }),
  rules: (fault) => [
    {
      name: serviceRuleName(fault.host),
      host: fault.host,
      tcp: fault.ports.map((port) => ({
        match: [{ port, ...callers(fault) }],
        route: routeTo(fakeService, fakePort),
      })),
    },
  ],
  leadsTo: () => "nobody",
  entry: () => undefined,
  problems: (fault) => {
    const twice = fault.ports.find((port, at) => fault.ports.indexOf(port) !== at);
    return [
      ...judgeHost(fault),
      ...(twice === undefined ? [] : [{ at: ".ports", text: `port ${String(twice)} is listed twice` }]),
    ];
  },
  judgeTarget: ({ host, ports: wanted }, found, where) =>
    judgeService(host, found, where, (ports) => wanted.flatMap((number) => judgePort(host, ports, number))),
};
