import { all, one } from "../../../../mesh/upgradeNotes/fixtures/make";
import {
  clusterIn,
  clusterNames,
  collector,
  listAt,
  managersOf,
  routesFor,
  textAt,
  valueAt,
  type IstiodCase,
} from "./case";

// Of 1.22 to 1.28. Before: the source of 1.21.

const web = one("services", "web", { ports: [{ port: 80, name: "http" }] });
const entry = (name: string, port: object) =>
  one("serviceEntries", name, {
    hosts: [`${name}.example.com`],
    resolution: "DNS",
    location: "MESH_EXTERNAL",
    ports: [{ number: 443, name: "tls", protocol: "TLS", ...port }],
  });
const from = "1.21" as const;
const hostOf = (space: (name: string) => string, name = "web", namespace = "dev") =>
  `${name}.${space(namespace)}.svc.cluster.local`;

/** What a cluster has its server's certificate verified with. */
const authorityOf = (cluster: object) =>
  textAt(
    cluster,
    ...["transport_socket", "typed_config", "common_tls_context", "combined_validation_context"],
    ...["validation_context_sds_secret_config", "name"],
  );

const traced =
  "extensionProviders: [{name: otel, opentelemetry: {service: otel.istio-system.svc.cluster.local, port: 4317}}]";

export const cases: readonly IstiodCase[] = [
  {
    ...{ id: "22-a", from, mode: { mesh: "discoverySelectors: [{matchLabels: {mesh: 'yes'}}]" }, missMode: {} },
    more: entry("scoped", {}),
    see: async ({ dump, host }) =>
      clusterNames(await dump({ namespace: "istio-system" })).filter((name) => name.endsWith(`|${host("scoped")}`))
        .length,
    ...{ before: 1, after: 0, same: 1 },
  },
  {
    ...{ id: "22-b", from },
    see: async ({ dump, host }) =>
      valueAt(
        clusterIn(await dump(), `outbound|80||${host("db")}`),
        "original_dst_lb_config",
        "upstream_port_override",
      ) ?? "none",
    ...{ before: "none", after: 8080, same: "none" },
  },
  {
    ...{ id: "24-02", from, more: web },
    see: async ({ dump, space }) =>
      routesFor(await dump(), hostOf(space)).map((route) => [
        textAt(route, "route", "retry_policy", "retry_on").includes("retriable-status-codes"),
        valueAt(route, "route", "retry_policy", "retriable_status_codes") ?? [],
      ]),
    ...{ before: [[true, [503]]], after: [[true, []]], same: [[false, []]] },
  },
  {
    ...{ id: "24-04", from },
    see: async ({ dump, host }, side) => {
      const files = { TLS_CLIENT_KEY: "/etc/key.pem", TLS_CLIENT_CERT_CHAIN: "/etc/cert.pem" };
      const metadata = side === "hit" ? { ...files, TLS_CLIENT_ROOT_CERT: "/etc/root.pem" } : {};
      const found = clusterIn(await dump({ metadata }), `outbound|443||${host("db")}`);
      return JSON.stringify(found["transport_socket"] ?? "none").includes("/etc/key.pem");
    },
    ...{ before: true, after: false, same: false },
  },
  {
    ...{ id: "24-05", from, more: web },
    see: async ({ dump, space }) =>
      clusterNames(await dump())
        .filter((name) => name.endsWith(`|${hostOf(space)}`))
        .map((name) => name.split("|")[2]),
    ...{ before: ["v1", "v2", ""], after: ["v2", ""], same: ["v1", "v2", ""] },
  },
  {
    ...{ id: "24-06", from },
    see: async ({ dump, space }) =>
      clusterNames(await dump({ namespace: space("other") }))
        .filter((name) => name.endsWith(`|${hostOf(space, "web", "shop")}`))
        .map((name) => name.split("|")[1]),
    ...{ before: ["80"], after: ["443"], same: ["80"] },
  },
  {
    ...{
      id: "24-09",
      from,
      mode: { env: { VERIFY_CERTIFICATE_AT_CLIENT: "false" } },
      missMode: {},
      more: entry("db", {}),
    },
    see: async ({ dump, host }) => authorityOf(clusterIn(await dump(), `outbound|443||${host("db")}`)),
    ...{ before: "", after: "file-root:system", same: "file-root:system" },
  },
  {
    ...{ id: "25-02", from },
    see: async ({ get, space }, side) => {
      const path = `/apis/networking.istio.io/v1/namespaces/${space("dev")}/serviceentries/db`;
      for (const end = Date.now() + (side === "hit" ? 40_000 : 8_000); ;) {
        const found = listAt(await get(path), "status", "addresses").map((one) => textAt(one, "value"));
        if (found.length > 0 || Date.now() > end) return found.map((one) => /^(240\.240\.|2001:2::)/.test(one));
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    },
    ...{ before: [], after: [true, true], same: [] },
  },
  {
    ...{ id: "26-env", from, mode: { env: { ENABLE_AUTO_SNI: "false" } }, missMode: {} },
    more: all(
      entry("db", {}),
      one("destinationRules", "db", { host: "db.example.com", trafficPolicy: { tls: { mode: "SIMPLE" } } }),
    ),
    see: async ({ dump, host }) =>
      JSON.stringify(clusterIn(await dump(), `outbound|443||${host("db")}`)).includes('"auto_sni":true'),
    ...{ before: false, after: true, same: true },
  },
  {
    ...{ id: "27-02", from },
    see: ({ startsWith }, side) => startsWith(side === "hit" ? ["ca-cert.pem", "root-cert.pem"] : []),
    ...{ before: true, after: false, same: true },
  },
  {
    ...{ id: "27-07", from, more: web },
    see: async ({ dump, host }, side) => {
      const written = host(side === "hit" ? "Web" : "web");
      const { routes } = await dump();
      const domains = routes.flatMap((config) =>
        listAt(config, "virtual_hosts").flatMap((one) => one["domains"] as readonly string[]),
      );
      return domains
        .filter((one) => one.toLowerCase() === written.toLowerCase())
        .map((one) => one === one.toLowerCase());
    },
    ...{ before: [false], after: [true], same: [true] },
  },
  {
    ...{ id: "28-03", from },
    more: all(web, one("services", "shadow", { ports: [{ port: 80, name: "http" }] })),
    see: async ({ dump, space }) =>
      routesFor(await dump(), hostOf(space)).flatMap((route) =>
        listAt(route, "route", "request_mirror_policies").map(
          (one) => one["disable_shadow_host_suffix_append"] ?? false,
        ),
      ),
    ...{ before: [false], after: [true], same: [] },
  },
  {
    ...{ id: "28-04", from, mode: { mesh: traced }, besides: collector },
    see: async ({ dump }) =>
      managersOf((await dump({ kind: "router", pod: "gw", labels: { istio: "gw" } })).listeners).map(
        (one) => valueAt(one, "tracing", "spawn_upstream_span") ?? false,
      ),
    ...{ before: [false], after: [true], same: [false] },
  },
];
