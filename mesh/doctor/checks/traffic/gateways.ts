import type { V1Pod, V1Service } from "@kubernetes/client-node";
import { hasLabels } from "../../../istio/pods";
import { isLive } from "../../../istio/proxies";
import type { Evidence } from "../../evidence";
import type { Hit } from "../../finding";
import { podsOf, serviceName, targetOf } from "../../hosts";
import { objectName, type Gateway, type GatewayServer, type VirtualService } from "../../objects";
import { covers, fullHost } from "../../whoWins";

/** The pods that serve a Gateway; without a selector all gateways do, which are not told apart here. */
export function servingPods({ spec: { selector = {} } }: Gateway, pods: readonly V1Pod[]): readonly V1Pod[] {
  if (Object.keys(selector).length === 0) return [];
  return pods.filter((pod) => isLive(pod) && hasLabels(pod.metadata?.labels, selector));
}

/** Gateways that no pod serves. */
function judgePods(gateway: Gateway, { pods }: Evidence): readonly Hit[] {
  const asked = Object.entries(gateway.spec.selector ?? {}).map(([key, value]) => `${key}=${value}`);
  if (asked.length === 0 || servingPods(gateway, pods).length > 0) return [];
  return [
    {
      code: "gateway-without-pods",
      object: objectName(gateway),
      evidence: `selector ${asked.join(",")}`,
      sentence: "its selector takes no pod of the cluster: nobody serves its hosts",
      remedy: `give it the labels of a gateway's pods: kubectl get pods -A --show-labels | grep gateway`,
    },
  ];
}

const hasOwnPort = (port: number) => (pod: V1Pod) =>
  pod.spec?.hostNetwork === true ||
  (pod.spec?.containers ?? []).some(({ ports = [] }) =>
    ports.some(({ hostPort, containerPort }) => hostPort !== undefined && [hostPort, containerPort].includes(port)),
  );

/**
 * Ports of a Gateway that no Service of its pods has, by its own number or by its target's.
 * @see https://github.com/istio/istio pkg/config/analysis/analyzers/gateway/gateway.go
 */
function judgePorts(gateway: Gateway, { pods, services }: Evidence): readonly Hit[] {
  const serving = servingPods(gateway, pods);
  const own = services.filter((service) => podsOf(service, serving).length > 0);
  // Whoever has no Service at all is reached in a way of its own.
  if (own.length === 0) return [];
  const open = (service: V1Service) =>
    (service.spec?.ports ?? []).flatMap((port) => [port.port, ...serving.map((pod) => targetOf(port, pod))]);
  const ports = new Set(own.flatMap(open));
  const asked = [...new Set((gateway.spec.servers ?? []).map(({ port }) => port?.number ?? 0))];
  return asked
    .filter((port) => port > 0 && !ports.has(port) && !serving.some(hasOwnPort(port)))
    .slice(0, 1)
    .map((port) => ({
      code: "gateway-port-closed" as const,
      object: objectName(gateway),
      evidence: `${own.map(serviceName).join(", ")}: ports ${own
        .flatMap(({ spec }) => (spec?.ports ?? []).map((one) => String(one.port)))
        .join(", ")}`,
      sentence: `its port ${String(port)} is on no Service of its gateway: nobody can call it from outside`,
      remedy: `add port ${String(port)} to ${own[0] === undefined ? "its Service" : serviceName(own[0])}`,
    }));
}

/** A mode that is not named is PASSTHROUGH, the first of them. */
const isPassed = ({ tls }: GatewayServer) =>
  tls !== undefined && ["PASSTHROUGH", "AUTO_PASSTHROUGH"].includes(tls.mode ?? "PASSTHROUGH");

/** Which of a VirtualService's rules a port of a Gateway takes. @see https://github.com/istio/istio pkg/config/gateway/gateway.go */
function rulesOn(server: GatewayServer): "http" | "tls" | "tcp" {
  const protocol = (server.port?.protocol ?? "").toUpperCase();
  if (["HTTP", "HTTP2", "HTTP_PROXY", "GRPC", "GRPC-WEB"].includes(protocol)) return "http";
  if (isPassed(server)) return "tls";
  return protocol === "HTTPS" ? "http" : "tcp";
}

/** Whether a port of a Gateway is for a host of a VirtualService, either of which may be the wider one. */
const serves = ({ hosts = [] }: GatewayServer, host: string) =>
  hosts.map((one) => one.split("/").at(-1) ?? "").some((one) => covers(one, host) || covers(host, one));

/** A VirtualService of a kind of rules that none of the Gateway's ports for its hosts takes. */
function judgeRules(route: VirtualService, { gateways }: Evidence): readonly Hit[] {
  const { namespace = "" } = route.metadata;
  const hosts = (route.spec.hosts ?? []).map((host) => (host === "*" ? host : fullHost(host, namespace)));
  return (route.spec.gateways ?? []).flatMap((named): readonly Hit[] => {
    const [place, name] = named.includes("/") ? named.split("/") : [namespace, named];
    const gateway = gateways.find((one) => one.metadata.name === name && one.metadata.namespace === place);
    const servers = (gateway?.spec.servers ?? []).filter(
      // Where it passes on by itself it asks no VirtualService.
      (server) => server.tls?.mode !== "AUTO_PASSTHROUGH" && hosts.some((host) => serves(server, host)),
    );
    const kinds = [...new Set(servers.map(rulesOn))];
    const given = (["http", "tls", "tcp"] as const).filter((kind) => (route.spec[kind] ?? []).length > 0);
    const some = gateway === undefined || kinds.length === 0 || given.length === 0;
    if (some || kinds.some((kind) => given.includes(kind))) return [];
    const ports = servers.map(
      (one) =>
        `${String(one.port?.number)} ${one.port?.protocol ?? ""}${one.tls?.mode === undefined ? "" : ` ${one.tls.mode}`}`,
    );
    return [
      {
        code: "gateway-route-kind",
        object: objectName(route),
        evidence: `${objectName(gateway)}: ${ports.join(", ")}; its rules: ${given.join(", ")}`,
        sentence: `${objectName(gateway)} takes ${kinds.join(" or ")} rules for its hosts, and it has ${given.join(" and ")} rules alone: they do nothing there`,
        remedy: kinds.includes("tls")
          ? "tls rules with match.sniHosts; or tls.mode: SIMPLE in the Gateway, which then reads HTTP"
          : `${kinds.join(" or ")} rules, or another protocol or tls.mode of the Gateway's port`,
      },
    ];
  });
}

/** Judges the instances' Gateways, their Secrets apart, and what is bound to them. */
export function checkGateways(evidence: Evidence): readonly Hit[] {
  const isOwn = ({ metadata }: Gateway | VirtualService) => evidence.instances.includes(metadata.namespace ?? "");
  const own = evidence.gateways.filter(isOwn);
  return [
    // Whose pods may be seen in part only has no proof of there being none.
    ...(evidence.podsUnseen ? [] : own.flatMap((one) => judgePods(one, evidence))),
    ...own.flatMap((one) => judgePorts(one, evidence)),
    ...evidence.virtualServices.filter(isOwn).flatMap((one) => judgeRules(one, evidence)),
  ];
}
