import type { V1Pod, V1Service, V1ServicePort } from "@kubernetes/client-node";
import { portKind, type PortKind } from "../../../faults/ports";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { appContainers, ownServices, podsOf, serviceName, targetOf } from "../../hosts";
import { protocolOfImage, protocolOfPort, type KnownProtocol } from "../../knownPorts";

const portText = ({ port, name = "" }: V1ServicePort) => `port ${String(port)} (${name === "" ? "unnamed" : name})`;

/** What is known to be spoken on a port, and by what. */
interface Spoken extends KnownProtocol {
  readonly witness: string;
  /** Whether the program itself says it, and not its port's number alone. */
  readonly sure: boolean;
}

function spokenOn(service: V1Service, port: V1ServicePort, pods: readonly V1Pod[]): Spoken | undefined {
  const images = [...new Set(pods.flatMap(appContainers).map(({ image = "" }) => image))];
  const image = images.find((one) => protocolOfImage(one) !== undefined);
  const target = typeof port.targetPort === "number" ? port.targetPort : port.port;
  for (const number of [port.port, target]) {
    const known = protocolOfPort(number);
    if (known === undefined) continue;
    const sure = image !== undefined && protocolOfImage(image)?.name === known.name;
    const same = sure ? `, its image is ${image}` : "";
    return { ...known, sure, witness: `port ${String(number)} is ${known.name}'s by custom${same}` };
  }
  // Of several ports one may be for metrics, over HTTP.
  const alone = (service.spec?.ports ?? []).length === 1 && images.length === 1;
  const byImage = alone && image !== undefined ? protocolOfImage(image) : undefined;
  return byImage && { ...byImage, sure: true, witness: `its image is ${image ?? ""}` };
}

function judgePort(service: V1Service, port: V1ServicePort, { pods, layout }: Evidence): readonly Hit[] {
  const kind = portKind(port, layout);
  if (kind !== "http" && kind !== "sniffed") return [];
  const spoken = spokenOn(service, port, podsOf(service, pods));
  if (spoken === undefined) return [];
  const [name, namespace] = [service.metadata?.name ?? "", service.metadata?.namespace ?? ""];
  const at = (service.spec?.ports ?? []).indexOf(port);
  const newName = `tcp-${spoken.name.toLowerCase().replace(/\W/g, "")}-${String(port.port)}`;
  // What the port says of itself beside its name would win over the name.
  const said = port.appProtocol === undefined ? "" : `,{"op":"remove","path":"/spec/ports/${String(at)}/appProtocol"}`;
  const patch = `[{"op":"add","path":"/spec/ports/${String(at)}/name","value":"${newName}"}${said}]`;
  const remedy = `kubectl -n ${namespace} patch service ${name} --type json -p '${patch}'`;
  const severity = spoken.sure ? ("error" as const) : ("warning" as const);
  const about = { object: serviceName(service), remedy, severity };
  if (kind === "http") {
    const says = port.appProtocol ?? port.name ?? "";
    const what = spoken.sure ? `it is ${spoken.name}` : `by its number it is ${spoken.name}`;
    return [
      {
        ...about,
        code: "wrong-protocol",
        evidence: `${portText(port)}: ${spoken.witness}`,
        sentence: `${portText(port)} says ${says}, so sidecars read HTTP there; ${what}, and they end its connections`,
      },
    ];
  }
  if (!spoken.serverFirst) return [];
  return [
    {
      ...about,
      code: "server-speaks-first",
      evidence: `${portText(port)}: ${spoken.witness}`,
      sentence: `${portText(port)} does not say that it is TCP: the sidecar waits for the client, which waits for ${spoken.name}'s greeting`,
    },
  ];
}

function judgeTargets(service: V1Service, { pods }: Evidence): readonly Hit[] {
  const selected = podsOf(service, pods);
  if (selected.length === 0) return [];
  return (service.spec?.ports ?? [])
    .filter((port) => selected.every((pod) => targetOf(port, pod) === undefined))
    .map((port) => {
      const names = [
        ...new Set(selected.flatMap(appContainers).flatMap(({ ports = [] }) => ports.map((one) => one.name))),
      ];
      const known = names.filter((name) => name !== undefined).join(", ") || "none";
      return {
        code: "target-port-unknown" as const,
        object: serviceName(service),
        evidence: `targetPort ${String(port.targetPort)}; the containers' named ports: ${known}`,
        sentence: `${portText(port)} leads to the port "${String(port.targetPort)}", which no container of its pods has: nobody answers`,
        remedy: `name a container's port "${String(port.targetPort)}", or give targetPort as a number`,
      };
    });
}

/** How one Service names a port of pods. */
interface Said {
  readonly service: V1Service;
  readonly port: V1ServicePort;
  readonly kind: PortKind;
}

/** The Services that say two things of one port of the same pods. */
function twoProtocols(evidence: Evidence): readonly Hit[] {
  const { pods, layout } = evidence;
  const byPort = new Map<string, Said[]>();
  for (const service of ownServices(evidence)) {
    const [pod] = podsOf(service, pods);
    if (pod === undefined) continue;
    for (const port of service.spec?.ports ?? []) {
      const kind = portKind(port, layout);
      const target = targetOf(port, pod);
      if (target === undefined || kind === "udp" || kind === "sniffed") continue;
      const key = `${pod.metadata?.namespace ?? ""}/${pod.metadata?.name ?? ""}:${String(target)}`;
      byPort.set(key, [...(byPort.get(key) ?? []), { service, port, kind }]);
    }
  }
  return [...byPort.values()].flatMap(([first, ...rest]) => {
    const other = rest.find(({ kind }) => kind !== first?.kind);
    if (first === undefined || other === undefined) return [];
    const [a, b] = [first, other].map(
      ({ service, port, kind }) => `${serviceName(service)} ${portText(port)}: ${kind}`,
    );
    return [
      {
        code: "port-two-protocols" as const,
        object: serviceName(other.service),
        evidence: `${a ?? ""}; ${b ?? ""}`,
        sentence: `${serviceName(first.service)} and ${serviceName(other.service)} lead to one port of the same pods and name it differently`,
        remedy: "give both ports a name that begins with the same protocol",
      },
    ];
  });
}

/** Judges the ports of the instances' Services. */
export function checkPorts(evidence: Evidence): readonly Hit[] {
  const services = ownServices(evidence);
  return [
    ...services.flatMap((service) => (service.spec?.ports ?? []).flatMap((port) => judgePort(service, port, evidence))),
    ...services.flatMap((service) => judgeTargets(service, evidence)),
    ...twoProtocols(evidence),
  ];
}
