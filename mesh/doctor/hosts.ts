import type { V1Pod, V1Service, V1ServicePort } from "@kubernetes/client-node";
import type { Layout } from "../../settings/types";
import { portKind, type PortKind } from "../faults/ports";
import { hasLabels } from "../istio/pods";
import { isLive } from "../istio/proxies";
import { injectionLabel } from "../rollout/injectionLabel";
import type { Evidence } from "./evidence";
import type { IstioObject, ObjectMetadata, ServiceEntry } from "./objects";
import { covers, fullHost, type HostOwner } from "./whoWins";

/** A Service as something that gives a host. */
export interface ServiceOwner extends IstioObject<{ readonly exportTo?: readonly string[] }> {
  readonly service: V1Service;
}

/** The host of a Service. */
export const serviceHost = ({ metadata }: V1Service) => fullHost(metadata?.name ?? "", metadata?.namespace);

/** `Service dev701/ps`. */
export const serviceName = ({ metadata }: V1Service) => `Service ${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;

/** `Pod dev701/ps-1`. */
export const podName = ({ metadata }: V1Pod) => `Pod ${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;

function ownerOfService(service: V1Service): ServiceOwner {
  const [name, namespace] = [service.metadata?.name ?? "", service.metadata?.namespace ?? ""];
  // A date where a client made it of the text.
  const created: unknown = service.metadata?.creationTimestamp;
  const exportTo = service.metadata?.annotations?.["networking.istio.io/exportTo"];
  return {
    kind: "Service",
    metadata: { name, namespace, ...(typeof created === "string" ? { creationTimestamp: created } : {}) },
    spec: exportTo === undefined ? {} : { exportTo: exportTo.split(",").map((one) => one.trim()) },
    service,
  };
}

/** A port of a host, and how a sidecar treats it. */
export interface HostPort {
  readonly number: number;
  readonly kind: PortKind;
}

/** How a sidecar treats a port of a ServiceEntry, whose protocol alone decides. */
export function entryPortKind(protocol = "TCP"): PortKind {
  const upper = protocol.toUpperCase();
  if (["HTTP", "HTTP2", "GRPC", "GRPC-WEB", "HTTP_PROXY"].includes(upper)) return "http";
  if (["HTTPS", "TLS"].includes(upper)) return "tls";
  return upper === "UDP" ? "udp" : "tcp";
}

/** The ports of what gives a host. */
export function portsOf(owner: HostOwner, layout: Layout): readonly HostPort[] {
  if ("service" in owner)
    return ((owner as ServiceOwner).service.spec?.ports ?? []).map((one) => ({
      number: one.port,
      kind: portKind(one, layout),
    }));
  const { spec } = owner as ServiceEntry;
  return (spec.ports ?? []).map(({ number, protocol }) => ({ number, kind: entryPortKind(protocol) }));
}

/** What gives each host of the cluster, by host as {@link fullHost} has it. */
export function ownersByHost({
  services,
  serviceEntries,
}: Pick<Evidence, "services" | "serviceEntries">): ReadonlyMap<string, readonly HostOwner[]> {
  const found = new Map<string, HostOwner[]>();
  const add = (host: string, owner: HostOwner) => found.set(host, [...(found.get(host) ?? []), owner]);
  for (const service of services) add(serviceHost(service), ownerOfService(service));
  for (const entry of serviceEntries)
    for (const host of entry.spec.hosts ?? []) add(fullHost(host, entry.metadata.namespace), entry);
  return found;
}

/** What gives a host, by its own name, or by a wildcard that covers it. */
export function ownersOf(owners: ReadonlyMap<string, readonly HostOwner[]>, host: string): readonly HostOwner[] {
  const exact = owners.get(host);
  if (exact !== undefined) return exact;
  return [...owners].filter(([other]) => covers(other, host) || covers(host, other)).flatMap(([, all]) => all);
}

/** The live pods that a Service selects; none where it selects none by labels. */
export function podsOf({ metadata, spec }: V1Service, pods: readonly V1Pod[]): readonly V1Pod[] {
  if (spec?.selector === undefined || Object.keys(spec.selector).length === 0) return [];
  return pods.filter(
    (pod) =>
      pod.metadata?.namespace === metadata?.namespace && isLive(pod) && hasLabels(pod.metadata?.labels, spec.selector),
  );
}

/** The Services of the judged instances. */
export const ownServices = ({ services, instances }: Evidence): readonly V1Service[] =>
  services.filter(({ metadata }) => instances.includes(metadata?.namespace ?? ""));

/** The live pods of the judged instances. */
export const ownPods = ({ pods, instances }: Evidence): readonly V1Pod[] =>
  pods.filter((pod) => isLive(pod) && instances.includes(pod.metadata?.namespace ?? ""));

const isOn = (value: string | undefined) => value === "true" || value === "enabled";

/** Whether a namespace's new pods get a sidecar. */
export const injects = ({ labels = {} }: ObjectMetadata) =>
  labels[injectionLabel] === undefined ? labels["istio.io/rev"] !== undefined : isOn(labels[injectionLabel]);

const proxies = ["istio-proxy", "istio-init", "istio-validation"];

/** The containers of a pod that are none of the mesh's. */
export const appContainers = ({ spec }: V1Pod) =>
  [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].filter(({ name }) => !proxies.includes(name));

/** Number of the port of a pod that a Service's port leads to; `undefined` where the pod has none of the name. */
export function targetOf(
  { port, targetPort }: Pick<V1ServicePort, "port" | "targetPort">,
  pod: V1Pod,
): number | undefined {
  if (targetPort === undefined || typeof targetPort === "number") return targetPort ?? port;
  return appContainers(pod)
    .flatMap(({ ports = [] }) => ports)
    .find(({ name }) => name === targetPort)?.containerPort;
}
