import type { Code } from "../../../mesh/doctor/codes";
import { service, virtualService } from "./callers";
import { ask, type Lab } from "./lab";
import {
  crd,
  endingAuthority,
  entry,
  http,
  istio,
  marked,
  namespace,
  over,
  pod,
  ports,
  rule,
  secret,
  uninjected,
  webhook,
  withProxy,
} from "./plantedObjects";

/** A problem that is put into a cluster. */
export interface Planted {
  readonly code: Code;
  readonly objects?: readonly object[];
  /** What is done beside, and undone. */
  readonly also?: (lab: Lab) => Promise<unknown>;
  readonly undo?: (lab: Lab) => Promise<unknown>;
}

const label =
  (kind: string, name: string, value: string, where = "") =>
  (lab: Lab) =>
    lab.plane.kubectl("label", kind, name, value, "--overwrite", ...(where === "" ? [] : ["-n", where]));

/** What is planted beside a Deployment `ps` with sidecars, in namespace dev701; `other` is another namespace. */
export async function plantings(): Promise<readonly Planted[]> {
  const other = { namespace: "other" };
  const two = ["a", "b"] as const;
  return [
    { code: "wrong-protocol", objects: [service("cache", { "http2-cache": 11211 })] },
    { code: "server-speaks-first", objects: [over("mail", "nobody", { port: 587 })] },
    {
      code: "port-two-protocols",
      objects: [
        over("ps-http", "ps", { name: "http-x", port: 80 }),
        over("ps-tcp", "ps", { name: "tcp-x", port: 81, targetPort: 80 }),
      ],
    },
    { code: "target-port-unknown", objects: [over("ps-named", "ps", { name: "http-x", port: 80, targetPort: "www" })] },
    { code: "port-captured", objects: [entry("postgres", { ports: ports(5432, "TCP"), exportTo: ["*"] }, other)] },
    {
      code: "entries-conflict",
      objects: two.map((name, at) =>
        entry(name, { hosts: ["x.example.com"], ports: ports(443, at === 0 ? "TLS" : "HTTPS") }),
      ),
    },
    {
      code: "host-twice",
      objects: [
        entry("ps", { hosts: ["ps.dev701.svc.cluster.local"], ports: ports(80, "HTTP"), exportTo: ["*"] }, other),
      ],
    },
    { code: "https-origin", objects: [entry("origin", { ports: ports(443, "HTTP") })] },
    {
      code: "rule-without-effect",
      objects: [virtualService("app", { hosts: ["ps"], http: undefined, tcp: http({ host: "ps" }) })],
    },
    {
      code: "route-hidden",
      objects: two.map((name) => virtualService(name, { hosts: ["ps"], http: http({ host: "ps" }) })),
    },
    { code: "foreign-route", objects: [virtualService("app", { hosts: ["ps.dev701.svc.cluster.local"] }, "other")] },
    {
      code: "subset-unknown",
      objects: [virtualService("app", { hosts: ["ps"], http: http({ host: "ps", subset: "v2" }) })],
    },
    {
      code: "subset-empty",
      objects: [
        virtualService("app", { hosts: ["ps"], http: http({ host: "ps", subset: "v2" }) }),
        rule("ps", { subsets: [{ name: "v2", labels: { version: "v2" } }] }),
      ],
    },
    {
      code: "rules-do-not-merge",
      objects: two.map((name) => rule(name, { trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } })),
    },
    {
      code: "tls-modes-differ",
      objects: [
        rule("ps", { trafficPolicy: { tls: { mode: "DISABLE" } } }),
        istio("PeerAuthentication", "strict", { mtls: { mode: "STRICT" } }),
      ],
    },
    {
      code: "gateway-without-pods",
      objects: [
        istio("Gateway", "in", {
          selector: { istio: "none" },
          servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
        }),
      ],
    },
    {
      code: "no-endpoints",
      objects: [pod("stuck", {}, { labels: { app: "stuck" } }), over("stuck", "stuck", { name: "http-x", port: 80 })],
      also: (lab) => ask(lab, { "dev701.stuck": "never-ready" }),
      undo: (lab) => ask(lab, {}),
    },
    { code: "webhook-left", objects: [webhook("ValidatingWebhookConfiguration", "istio-galley", "istio-galley")] },
    {
      code: "tag-to-nothing",
      objects: [
        webhook("MutatingWebhookConfiguration", "istio-revision-tag-prod", "istiod", {
          "istio.io/tag": "prod",
          "istio.io/rev": "gone",
        }),
      ],
    },
    {
      code: "no-sidecar",
      objects: [pod("bare", {}, uninjected)],
      also: (lab) => lab.plane.kubectl("label", "pod", "bare", "-n", namespace, "sidecar.istio.io/inject-"),
    },
    {
      code: "labels-contradict",
      also: label("namespace", namespace, "istio.io/rev=canary"),
      undo: label("namespace", namespace, "istio.io/rev-"),
    },
    { code: "proxy-behind", objects: [pod("old", withProxy("1.29.2"))] },
    { code: "proxy-ahead", objects: [pod("new", withProxy("1.31.0"))] },
    { code: "proxy-orphaned", objects: [pod("lost", withProxy("1.30.3"), { labels: { "istio.io/rev": "gone" } })] },
    {
      code: "runs-as-proxy",
      objects: [pod("same", { containers: [{ name: "app", image: "app:1", securityContext: { runAsUser: 1337 } }] })],
    },
    {
      code: "registry-closes",
      objects: [pod("closing", { containers: [{ name: "app", image: "registry.istio.io/release/app:1" }] })],
    },
    { code: "log-level", objects: [pod("loud", {}, { annotations: { "sidecar.istio.io/logLevel": "debug" } })] },
    { code: "capture-left", objects: [pod("ksniff-abcde", {}, { namespace: "other", labels: { app: "ksniff" } })] },
    { code: "fault-active", objects: [marked("none")] },
    { code: "fault-expired", objects: [marked("2026-01-01T00:00:00Z")] },
    {
      code: "fault-foreign",
      objects: [
        virtualService("app", {
          hosts: ["ps"],
          http: [{ fault: { delay: { fixedDelay: "7s" } }, ...http({ host: "ps" })[0] }],
        }),
      ],
    },
    { code: "gateway-api-unfit", objects: [crd] },
    { code: "cacerts-incomplete", objects: [secret({ "root-cert.pem": "x" })] },
    { code: "certificate-ends", objects: [await endingAuthority()] },
    {
      code: "release-unfinished",
      also: label("secret", "sh.helm.release.v1.istiod.v1", "status=failed", "istio-system"),
      undo: label("secret", "sh.helm.release.v1.istiod.v1", "status=deployed", "istio-system"),
    },
    { code: "config-rejected", also: (lab) => ask(lab, { rejections: "2" }), undo: (lab) => ask(lab, {}) },
  ];
}
