import { itFinds, object, pod, service } from "./support";

const gatewayPod = pod("in", { labels: { istio: "in" }, proxy: "1.30.3" });
const gatewayService = service("in", [
  { name: "http2", port: 80, targetPort: 8080 },
  { name: "https", port: 443, targetPort: 8443 },
]);
const server = (number: number, protocol: string, more: object = {}) => ({
  port: { number, protocol },
  hosts: ["www.example.com"],
  ...more,
});
const gateway = (servers: readonly object[], name = "in") =>
  object("Gateway", name, { selector: { istio: "in" }, servers });
const served = { pods: [gatewayPod], services: [gatewayService] };
const tls = (mode: string) => server(443, "HTTPS", { tls: { mode, credentialName: "www" } });
const secret = (more: object = {}) => ({
  namespace: "dev701",
  name: "www",
  found: true,
  keys: ["tls.crt", "tls.key"],
  certificate: { start: "2026-01-01T00:00:00Z", end: "2027-01-01T00:00:00Z", names: ["*.example.com"], fits: true },
  ...more,
});
const bound = (rules: object, more: object = {}) =>
  object("VirtualService", "www", { hosts: ["www.example.com"], gateways: ["in"], ...rules, ...more });
const route = [{ route: [{ destination: { host: "in" } }] }];

describe("doctor: Gateways", () => {
  itFinds([
    {
      title: "no pod serves it",
      hit: "gateway-without-pods Gateway dev701/in",
      of: { gateways: [gateway([server(80, "HTTP")])] },
      // Without a selector, and where not all pods may be seen.
      near: { ...served, gateways: [gateway([server(80, "HTTP")]), object("Gateway", "any", { servers: [] })] },
    },
    {
      title: "a port that is on no Service of its pods",
      hit: "gateway-port-closed Gateway dev701/in",
      of: { ...served, gateways: [gateway([server(80, "HTTP"), server(9443, "TCP")])] },
      // By the Service's number, by its target's; without any Service it is reached in a way of its own.
      near: { ...served, gateways: [gateway([server(80, "HTTP"), server(8443, "TCP")])] },
    },
    {
      title: "the same, where no Service is at all",
      hit: "gateway-port-closed Gateway dev701/in",
      of: { ...served, gateways: [gateway([server(9443, "TCP")])] },
      near: { pods: [gatewayPod], gateways: [gateway([server(9443, "TCP")])] },
    },
    {
      title: "its Secret is not there",
      hit: "gateway-certificate Gateway dev701/in",
      of: { ...served, gateways: [gateway([tls("SIMPLE")])], gatewaySecrets: [secret({ found: false, keys: [] })] },
      // What may not be read is no finding.
      near: { ...served, gateways: [gateway([tls("SIMPLE")])], gatewaySecrets: [] },
    },
    {
      title: "the same; where TLS is passed on it uses none",
      hit: "gateway-certificate Gateway dev701/in",
      of: { ...served, gateways: [gateway([tls("MUTUAL")])], gatewaySecrets: [secret({ found: false, keys: [] })] },
      near: {
        ...served,
        gateways: [gateway([tls("PASSTHROUGH"), server(443, "TLS", { tls: { credentialName: "www" } })])],
        gatewaySecrets: [secret({ found: false, keys: [] })],
      },
    },
    {
      title: "its certificate has ended",
      hit: "gateway-certificate Gateway dev701/in",
      of: {
        ...served,
        gateways: [gateway([tls("SIMPLE")])],
        gatewaySecrets: [
          secret({
            certificate: { start: "2025-01-01T00:00:00Z", end: "2026-11-26T11:00:00Z", names: [], fits: true },
          }),
        ],
      },
      near: { ...served, gateways: [gateway([tls("SIMPLE")])], gatewaySecrets: [secret()] },
    },
    {
      title: "its key is another's",
      hit: "gateway-certificate Gateway dev701/in",
      of: {
        ...served,
        gateways: [gateway([tls("SIMPLE")])],
        gatewaySecrets: [secret({ certificate: { ...secret().certificate, fits: false } })],
      },
      near: { ...served, gateways: [gateway([tls("SIMPLE")])], gatewaySecrets: [secret({ keys: ["cert", "key"] })] },
    },
    {
      title: "callers need certificates, and there is no authority",
      hit: "gateway-certificate Gateway dev701/in",
      of: {
        ...served,
        gateways: [gateway([tls("MUTUAL")])],
        gatewaySecrets: [secret(), secret({ name: "www-cacert", found: false, keys: [] })],
      },
      near: {
        ...served,
        gateways: [gateway([tls("MUTUAL")])],
        gatewaySecrets: [secret(), secret({ name: "www-cacert", keys: ["cacert"] })],
      },
    },
    {
      title: "one certificate for two of them",
      hit: "gateway-certificate-twice Gateway dev701/second",
      of: {
        ...served,
        gateways: [
          gateway([tls("SIMPLE")], "first"),
          gateway([{ ...tls("SIMPLE"), hosts: ["api.example.com"] }], "second"),
        ],
        gatewaySecrets: [secret()],
      },
      // The certificate is not for the second's host: no browser takes it for one.
      near: {
        ...served,
        gateways: [
          gateway([tls("SIMPLE")], "first"),
          gateway([{ ...tls("SIMPLE"), hosts: ["api.example.org"] }], "second"),
        ],
        gatewaySecrets: [secret()],
      },
    },
    {
      title: "http rules where TLS is passed on",
      hit: "gateway-route-kind VirtualService dev701/www",
      of: { ...served, gateways: [gateway([tls("PASSTHROUGH")])], virtualServices: [bound({ http: route })] },
      near: { ...served, gateways: [gateway([tls("PASSTHROUGH")])], virtualServices: [bound({ tls: route })] },
    },
    {
      title: "tls rules where TLS ends",
      hit: "gateway-route-kind VirtualService dev701/www",
      of: {
        ...served,
        gateways: [gateway([tls("SIMPLE")])],
        gatewaySecrets: [secret()],
        virtualServices: [bound({ tls: route })],
      },
      // One port of two takes them; the Gateway is of hosts of others; it is not there.
      near: {
        ...served,
        gateways: [
          gateway([tls("SIMPLE"), server(8080, "TCP")]),
          gateway([{ ...tls("SIMPLE"), hosts: ["*.org"] }], "org"),
        ],
        gatewaySecrets: [secret()],
        virtualServices: [bound({ tcp: route }), bound({ tls: route }, { gateways: ["org", "other/gone"] })],
      },
    },
  ]);
});
