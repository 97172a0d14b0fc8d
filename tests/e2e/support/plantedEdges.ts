import { generate } from "selfsigned";
import { virtualService } from "./callers";
import type { Planted } from "./planted";
import { entry, http, istio, namespace, over, pod, ports, uninjected } from "./plantedObjects";

// More of what is planted: where traffic comes in, who is let through, what is hidden, what is set.

/** A Gateway of a workload's pods, which the Service `ps` has port 80 of. */
const gateway = (name: string, server: object, selector: object = { app: "ps" }) =>
  istio("Gateway", name, {
    selector,
    servers: [{ port: { number: 80, name: "https", protocol: "HTTPS" }, hosts: ["www.example.com"], ...server }],
  });
const simple = (credentialName: string) => ({ tls: { mode: "SIMPLE", credentialName } });
const tlsSecret = (data: Readonly<Record<string, string>>) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "www", namespace },
  type: "kubernetes.io/tls",
  stringData: data,
});
const policy = (spec: object) => istio("AuthorizationPolicy", "planted", spec);
const patch = (operation: string, name: string, match: object = {}) => ({
  applyTo: "HTTP_FILTER",
  match: { context: "SIDECAR_INBOUND", ...match },
  patch: {
    operation,
    value: {
      name,
      typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
    },
  },
});
const filter = (name: string, configPatch: object, more: object = {}) =>
  istio("EnvoyFilter", name, { configPatches: [configPatch], ...more });
const labelled = (value: string) => (lab: Parameters<NonNullable<Planted["also"]>>[0]) =>
  lab.plane.kubectl("label", "namespace", namespace, value, "--overwrite");

/** What a Sidecar has to let in: the namespace's own Service and the services outside of the stack. */
const own = [
  "ps.dev701.svc.cluster.local",
  ...["db.example.com", "smtp.example.com", "s3.eu-central-1.amazonaws.com", "*.s3.eu-central-1.amazonaws.com"],
];

/** A certificate and its key, for every name of a domain. */
async function certified(notAfterDate: Date): Promise<object> {
  const altNames = [{ type: 2 as const, value: "*.example.com" }];
  const { cert, private: key } = await generate([{ name: "commonName", value: "www" }], {
    notBeforeDate: new Date("2025-01-01T00:00:00Z"),
    notAfterDate,
    extensions: [{ name: "subjectAltName", altNames }],
  });
  return tlsSecret({ "tls.crt": cert, "tls.key": key });
}

/** What is planted beside a Deployment `ps` with sidecars and its Service, in namespace dev701. */
export async function edgePlantings(): Promise<readonly Planted[]> {
  const good = await certified(new Date(Date.now() + 300 * 86_400_000));
  const ended = await certified(new Date("2026-01-01T00:00:00Z"));
  return [
    {
      code: "gateway-port-closed",
      objects: [
        pod("gw", {}, { labels: { app: "gw", istio: "gw" } }),
        over("gw", "gw", { name: "http-x", port: 80 }),
        gateway("in", { port: { number: 9443, name: "tcp", protocol: "TCP" }, hosts: ["*"] }, { istio: "gw" }),
      ],
    },
    { code: "gateway-certificate", objects: [gateway("in", simple("gone"))] },
    { code: "gateway-certificate", objects: [ended, gateway("in", simple("www"))] },
    {
      code: "gateway-certificate-twice",
      objects: [
        good,
        gateway("first", simple("www")),
        gateway("second", { ...simple("www"), hosts: ["api.example.com"] }),
      ],
    },
    {
      code: "gateway-route-kind",
      objects: [
        gateway("in", { tls: { mode: "PASSTHROUGH" } }),
        virtualService("www", { hosts: ["www.example.com"], gateways: ["in"], http: http({ host: "ps" }) }),
      ],
    },
    {
      code: "hidden-by-sidecar",
      objects: [
        entry("api", { ports: ports(443, "TLS") }),
        istio("Sidecar", "default", { egress: [{ hosts: ["istio-system/*", ...own.map((host) => `./${host}`)] }] }),
      ],
    },
    { code: "all-denied", objects: [policy({})] },
    {
      code: "policy-allows-nobody",
      objects: [policy({ rules: [{ from: [{ source: { namespaces: ["dev7o1"] } }] }] })],
    },
    {
      code: "filter-version",
      objects: [filter("old", patch("INSERT_FIRST", "own", { proxy: { proxyVersion: "^1\\.[0-9]\\." } }))],
    },
    {
      code: "filter-order",
      objects: [
        filter(
          "early",
          patch("INSERT_BEFORE", "own", {
            listener: {
              filterChain: {
                filter: { name: "envoy.filters.network.http_connection_manager", subFilter: { name: "theirs" } },
              },
            },
          }),
        ),
        filter("late", patch("INSERT_FIRST", "theirs"), { priority: 10 }),
      ],
    },
    {
      code: "ambient-and-sidecar",
      also: labelled("istio.io/dataplane-mode=ambient"),
      undo: labelled("istio.io/dataplane-mode-"),
    },
    {
      code: "policy-needs-waypoint",
      objects: [
        pod(
          "carried",
          {},
          {
            labels: { ...uninjected.labels, app: "carried" },
            annotations: { "ambient.istio.io/redirection": "enabled" },
          },
        ),
        policy({
          selector: { matchLabels: { app: "carried" } },
          rules: [{ to: [{ operation: { methods: ["GET"] } }] }],
        }),
      ],
    },
    {
      code: "setting-removed",
      objects: [istio("ProxyConfig", "planted", { environmentVariables: { PROXY_XDS_DEBUG_VIA_AGENT: "true" } })],
    },
    {
      code: "kiali-shut-out",
      objects: [pod("kiali", {}, { namespace: "other", labels: { "app.kubernetes.io/name": "kiali" } })],
    },
  ];
}
