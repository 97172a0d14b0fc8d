import type { V1ServicePort } from "@kubernetes/client-node";
import type { Layout } from "../../settings/types";

/** How a sidecar treats a port: `sniffed` where the port does not say it, and the first bytes decide. */
export type PortKind = "http" | "tls" | "tcp" | "udp" | "sniffed";

const kinds: Readonly<Record<string, PortKind>> = {
  ...{ http: "http", http2: "http", grpc: "http", "grpc-web": "http", http_proxy: "http" },
  ...{ "kubernetes.io/h2c": "http", "kubernetes.io/ws": "http", "kubernetes.io/wss": "tls" },
  ...{ https: "tls", tls: "tls", tcp: "tcp", mongo: "tcp", mysql: "tcp", redis: "tcp", udp: "udp" },
};

/** Ports of protocols in which the server speaks first: never sniffed. */
const serverFirst = [25, 53, 3306, 27017];

/** @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/ */
export function portKind({ name = "", port, protocol, appProtocol }: V1ServicePort, layout: Layout): PortKind {
  if (protocol === "UDP") return "udp";
  // The classic layout's versions read the name alone.
  const said = layout === "modern" ? kinds[(appProtocol ?? "").toLowerCase()] : undefined;
  const lower = name.toLowerCase();
  const named = lower.startsWith("grpc-web") ? "http" : kinds[lower.split("-")[0] ?? ""];
  return said ?? named ?? (serverFirst.includes(port) ? "tcp" : "sniffed");
}
