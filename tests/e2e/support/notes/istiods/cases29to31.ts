import { XdsConnection } from "../../../../../lab/istiods/xds";
import { all, one, pod } from "../../../../mesh/upgradeNotes/fixtures/make";
import { clusterIn, collector, listAt, managersOf, textAt, valueAt, type IstiodCase } from "./case";

// Of 1.29 and 1.30 the source of 1.21 is before; of 1.31 that of 1.30.

const web = one("services", "web", { ports: [{ port: 80, name: "http" }] });
const hostOf = (space: (name: string) => string, name = "web") => `${name}.${space("dev")}.svc.cluster.local`;
const cluster = (space: (name: string) => string, subset = "") => `outbound|80|${subset}|${hostOf(space)}`;

/** A gateway of the Gateway API that istiod manages, as far as it belongs to its pod. */
const managed = (namespace: string) =>
  all(
    one(
      "gatewayApiGateways",
      "gw",
      { gatewayClassName: "istio", listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
      { namespace },
    ),
    one(
      "services",
      "gw-istio",
      { selector: gatewayLabels, ports: [{ name: "http", port: 80 }] },
      { namespace, labels: { "gateway.networking.k8s.io/gateway-name": "gw" } },
    ),
  );

const gatewayLabels = { istio: "gw", "gateway.networking.k8s.io/gateway-name": "gw" };
const traced =
  "extensionProviders: [{name: otel, opentelemetry: {service: otel.istio-system.svc.cluster.local, port: 4317}}]";
const telemetry = all(
  one("gateways", "gw", {
    selector: { istio: "gw" },
    servers: [{ port: { number: 8080, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
  }),
  one("telemetries", "t", { tracing: [{ providers: [{ name: "otel" }] }] }),
);

export const cases: readonly IstiodCase[] = [
  {
    ...{ id: "29-03", from: "1.21", more: web },
    missMode: { env: { DISABLE_TRACK_REMAINING_CB_METRICS: "false" } },
    see: async ({ dump, space }) =>
      listAt(clusterIn(await dump(), cluster(space)), "circuit_breakers", "thresholds").map(
        (one) => one["track_remaining"] ?? false,
      ),
    ...{ before: [true], after: [false], same: [true] },
  },
  {
    ...{ id: "30-03", from: "1.21" },
    see: async ({ dump, space, host }) => {
      const found = clusterIn(await dump({ namespace: space("caller") }), `outbound|443||${host("db")}`);
      const [service] = listAt(found, "metadata", "filter_metadata", "istio", "services");
      return textAt(service, "namespace") === space("a")
        ? "a"
        : textAt(service, "namespace") === space("b")
          ? "b"
          : "none";
    },
    ...{ before: "a", after: "b", same: "b" },
  },
  {
    ...{ id: "30-04", from: "1.21", missMode: { env: { ENABLE_DEBUG_ENDPOINT_AUTH: "false" } } },
    see: async ({ istiod, space }) => {
      const id = `sidecar~10.99.9.8~debug.${space("monitoring")}~${space("monitoring")}.svc.cluster.local`;
      const connection = new XdsConnection(istiod.xds, {
        id,
        metadata: { CLUSTER_ID: "Kubernetes", GENERATOR: "event" },
      });
      try {
        await connection.ask("istio.io/debug/syncz");
        return "answered";
      } catch {
        return "refused";
      } finally {
        connection.close();
      }
    },
    ...{ before: "answered", after: "refused", same: "answered" },
  },
  {
    ...{ id: "31-04", from: "1.30", more: all(managed("ingress"), managed("dev")) },
    see: async ({ dump, space, get }, side) => {
      const namespace = space(side === "hit" ? "ingress" : "dev");
      const pod = (await get(`/api/v1/namespaces/${namespace}/pods/gw`)) as { status: { podIP: string } };
      const address = pod.status.podIP;
      const { listeners } = await dump({ kind: "router", namespace, pod: "gw", address, labels: gatewayLabels });
      return listeners.map((one) => textAt(one, "name")).filter((name) => name.endsWith("_8080"));
    },
    ...{ before: ["0.0.0.0_8080"], after: [], same: ["0.0.0.0_8080"] },
  },
  {
    ...{ id: "31-09", from: "1.30", more: web },
    see: async ({ dump, space }) => {
      const found = clusterIn(await dump({ kind: "router", pod: "gw" }), cluster(space));
      return textAt(found, "transport_socket", "name");
    },
    ...{ before: "envoy.transport_sockets.tls", after: "", same: "envoy.transport_sockets.tls" },
  },
  {
    ...{ id: "31-10", from: "1.30" },
    more: all(
      one("services", "web", { ports: [{ port: 80, name: "http" }], selector: { app: "web" } }),
      pod("web", { labels: { app: "web", version: "v1", "security.istio.io/tlsMode": "istio" } }),
    ),
    see: async ({ dump, space }) => {
      const { endpoints } = await dump();
      const own = endpoints.filter((found) => textAt(found, "cluster_name") === cluster(space, "v1"));
      return own
        .flatMap((found) => listAt(found, "endpoints").flatMap((locality) => listAt(locality, "lb_endpoints")))
        .map((found) => textAt(found, "metadata", "filter_metadata", "envoy.transport_socket_match", "tls_mode"));
    },
    ...{ before: ["istio"], after: [""], same: ["istio"] },
  },
  {
    ...{ id: "31-11", from: "1.30", more: web },
    mode: { mesh: 'defaultServiceExportTo: [".", shared]' },
    missMode: { mesh: 'defaultServiceExportTo: ["."]' },
    see: async ({ dump, space }) =>
      textAt(clusterIn(await dump({ namespace: "shared" }), cluster(space)), "name") !== "",
    ...{ before: false, after: true, same: false },
  },
  {
    ...{ id: "31-13", from: "1.30", mode: { mesh: traced, env: { PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY: "false" } } },
    ...{ missMode: { mesh: traced }, more: telemetry, besides: collector },
    see: async ({ dump }) =>
      managersOf((await dump({ kind: "router", pod: "gw", labels: { istio: "gw" } })).listeners).map(
        (one) => valueAt(one, "tracing", "spawn_upstream_span") ?? false,
      ),
    ...{ before: [false], after: [true], same: [true] },
  },
];
