import assert from "node:assert/strict";
import { countersIn, countersPath } from "../../../mesh/doctor/running/counters";
import type { ProxyCounters } from "../../../mesh/doctor/running/evidence";
import { listenersIn } from "../../../mesh/doctor/running/sockets";
import { clean, found, itFinds, object, only, pod, service } from "./support";

const name = "dev701/ps-1";
const closed = { ...clean.meshConfig, outbound: "REGISTRY_ONLY" };
const counted = (trouble: "blocked" | "cut" | "overflowed", more: Partial<ProxyCounters> = {}): ProxyCounters => ({
  pod: name,
  uptime: 7200,
  counted: [{ trouble, host: "api.example.com", count: 3 }],
  full: [],
  ...more,
});
const web = service("ps", [{ name: "http-web", port: 80, targetPort: 8080 }]);
const local = (port: number, isLocal = true) => [{ pod: name, listeners: [{ port, local: isLocal }] }];
const ejected = { pod: name, cluster: "outbound|80|v1|web.dev701.svc.cluster.local", addresses: ["10.0.0.1:80"] };

describe("doctor: what runs", () => {
  itFinds([
    {
      title: "calls that were refused where only known hosts are let through",
      hit: "outbound-blocked Pod dev701/ps-1",
      of: { pods: [pod("ps")], counters: [counted("blocked")], meshConfig: closed },
      near: { pods: [pod("ps")], counters: [counted("blocked")] },
    },
    {
      title: "the same by a Sidecar, whose mode is that one where it names none",
      hit: "outbound-blocked Pod dev701/ps-1",
      of: {
        pods: [pod("ps")],
        counters: [counted("blocked")],
        sidecars: [object("Sidecar", "default", { outboundTrafficPolicy: {} })],
      },
      near: {
        pods: [pod("ps")],
        counters: [counted("blocked")],
        meshConfig: closed,
        sidecars: [object("Sidecar", "default", { outboundTrafficPolicy: { mode: "ALLOW_ANY" } })],
      },
    },
    {
      title: "connections that were closed with a request on them",
      hit: "connection-cut Pod dev701/ps-1",
      of: { pods: [pod("ps")], counters: [counted("cut")] },
      // Of a pod that is none of the instance's.
      near: { pods: [pod("ps")], counters: [counted("cut", { pod: "other/ps-1" }), counted("cut", { counted: [] })] },
    },
    {
      title: "more calls than a connectionPool allows",
      hit: "calls-overflowed Pod dev701/ps-1",
      of: { pods: [pod("ps")], counters: [counted("overflowed")] },
      near: { pods: [pod("ps")], counters: [counted("overflowed", { counted: [], full: ["api.example.com"] })] },
    },
    {
      title: "addresses that proxies pass over",
      hit: "hosts-ejected host web.dev701.svc.cluster.local",
      of: { ejected: [ejected, { ...ejected, pod: "dev701/ps-2" }] },
      near: { ejected: [] },
    },
    {
      title: "an application on the loopback alone",
      hit: "listens-locally Service dev701/ps",
      of: { pods: [pod("ps")], services: [web], listening: local(8080) },
      near: { pods: [pod("ps")], services: [web], listening: local(8080, false) },
    },
    {
      title: "the same; a port that no Service is for may be where it wants, and so may one that a Sidecar leads on",
      hit: "listens-locally Service dev701/ps",
      of: { pods: [pod("ps")], services: [web], listening: local(8080) },
      near: {
        pods: [pod("ps")],
        services: [web],
        listening: [
          {
            pod: name,
            listeners: [
              { port: 8080, local: true },
              { port: 9000, local: true },
            ],
          },
        ],
        sidecars: [
          object("Sidecar", "default", { ingress: [{ port: { number: 8080 }, defaultEndpoint: "127.0.0.1:8080" }] }),
        ],
      },
    },
    {
      title: "the same; up to Istio 1.9 it was called there",
      hit: "listens-locally Service dev701/ps",
      of: { pods: [pod("ps")], services: [web], listening: local(8080) },
      near: { pods: [pod("ps")], services: [web], listening: local(8080), layout: "classic" },
    },
  ]);

  it("a counter says since when it counts, and is worth knowing; a limit that is reached now is more", () => {
    const past = only({ pods: [pod("ps")], counters: [counted("overflowed")] });
    assert.equal(past.severity, "info");
    assert.equal(past.evidence, "since the proxy of pod ps-1 started, 2 h ago: api.example.com: 3");
    const now = only({ pods: [pod("ps")], counters: [counted("overflowed", { full: ["api.example.com"] })] });
    assert.deepEqual([now.severity, /at its limit at this moment/.test(now.evidence)], ["warning", true]);
  });

  it("of one workload's pods it is said once", () => {
    const ownerReferences = [{ apiVersion: "apps/v1", kind: "StatefulSet", name: "ps", uid: "1", controller: true }];
    const owned = (names: readonly string[]) =>
      names.map((one) => pod("ps", { metadata: { name: one, namespace: "dev701", ownerReferences } }));
    const counters = [counted("cut"), counted("cut", { pod: "dev701/ps-2" })];
    assert.deepEqual(found({ pods: owned(["ps-1", "ps-2"]), counters }), ["connection-cut StatefulSet dev701/ps"]);
  });
});

describe("what proxies counted", () => {
  const requests = (labels: Readonly<Record<string, string>>, value: number) => {
    const all = { reporter: "source", response_flags: "-", ...labels };
    const text = Object.entries(all).map(([key, one]) => `${key}="${one}"`);
    return `istio_requests_total{${text.join(",")}} ${String(value)}`;
  };
  const api = "api.example.com";

  it("by Istio's own metrics, which proxies have by default", () => {
    const { counted: all, uptime } = countersIn(
      "a/b",
      [
        "# TYPE istio_requests_total counter",
        requests({ destination_service: "web.a.svc.cluster.local", response_flags: "UC", response_code: "503" }, 2),
        requests({ destination_service: "web.a.svc.cluster.local", response_flags: "UC", response_code: "0" }, 1),
        requests({ destination_service: api, destination_service_name: "BlackHoleCluster" }, 4),
        requests({ destination_service: "x", response_flags: "UO", reporter: "destination" }, 9),
        requests({ destination_service: api }, 100),
        'istio_tcp_connections_opened_total{reporter="source",destination_service="unknown",destination_service_name="BlackHoleCluster"} 5',
        "envoy_server_uptime{} 60",
      ].join("\n"),
    );
    assert.equal(uptime, 60);
    assert.deepEqual(all, [
      { trouble: "cut", host: "web.a.svc.cluster.local", count: 3 },
      { trouble: "blocked", host: api, count: 4 },
      { trouble: "overflowed", host: "its own application", count: 9 },
      { trouble: "blocked", host: "", count: 5 },
    ]);
  });

  it("by Envoy's counters of clusters, where somebody asked for them; of both the higher one counts", () => {
    const { counted: all, full } = countersIn(
      "a/b",
      [
        'envoy_cluster_upstream_cx_destroy_remote_with_active_rq{cluster_name="inbound|8080||"} 1',
        'envoy_cluster_upstream_rq_pending_overflow{cluster_name="outbound|80||api.example.com"} 7',
        requests({ destination_service: api, response_flags: "UO" }, 5),
        'envoy_cluster_upstream_cx_none_healthy{cluster_name="BlackHoleCluster"} 2',
        'envoy_cluster_upstream_cx_overflow{cluster_name="outbound|80||b.example.com"} 0',
        'envoy_cluster_circuit_breakers_default_rq_pending_open{cluster_name="outbound|80||api.example.com"} 1',
        'envoy_cluster_circuit_breakers_default_cx_open{cluster_name="outbound|80||b.example.com"} 0',
      ].join("\n"),
    );
    assert.deepEqual(all, [
      { trouble: "cut", host: "its own application on port 8080", count: 1 },
      { trouble: "overflowed", host: api, count: 7 },
      { trouble: "blocked", host: "", count: 2 },
    ]);
    assert.deepEqual(full, [api]);
    assert.deepEqual(countersIn("a/b", ""), { pod: "a/b", uptime: undefined, counted: [], full: [] });
    assert.match(countersPath, /^\/stats\/prometheus\?usedonly&filter=[\w%.()-]+/);
  });
});

describe("what listens in a pod", () => {
  it("as the kernel writes it, of both families", () => {
    const text = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 100 0 0 10 0",
      "   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 100 0 0 10 0",
      "   2: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 20 4 30 10 -1",
      "  sl  local_address                         remote_address                        st tx_queue rx_queue",
      "   0: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:0 0",
      "   1: 00000000000000000000000000000000:1F92 00000000000000000000000000000000:0000 0A 00000000:00000000 00:0 0",
      "   2: 0000000000000000FFFF00000100007F:1F93 00000000000000000000000000000000:0000 0A 00000000:00000000 00:0 0",
    ].join("\n");
    assert.deepEqual(listenersIn(text), [
      { port: 8080, local: true },
      { port: 80, local: false },
      { port: 8081, local: true },
      { port: 8082, local: false },
      { port: 8083, local: true },
    ]);
    assert.deepEqual(listenersIn("cat: not found"), []);
  });
});
