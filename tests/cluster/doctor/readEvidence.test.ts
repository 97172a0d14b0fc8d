// The API server is a stand-in: which lists it gives is seen, not that a real one gives them. e2e/doctor asks a real one.
import assert from "node:assert/strict";
import { readEvidence } from "../../../cluster/doctor/readEvidence";
import { loggersIn } from "../../../cluster/doctor/proxies";
import { conflictsIn, rejectionsIn } from "../../../cluster/doctor/running";
import { diagnose } from "../../../mesh/doctor/diagnose";
import { list, useApi, type Answer } from "../../support/apiServer";
import { useForwarding } from "../support/forwarding";
import { helmSecret, planeDeployment, planePod, pod } from "../support/objects";

const istio = "/apis/networking.istio.io/v1alpha3";
const planeSelector = "labelSelector=app in (istiod,pilot)";
const images = { app: "app:1", "istio-proxy": "docker.io/istio/proxyv2:1.30.3" };
const everything: Readonly<Record<string, Answer>> = {
  "GET /version": { major: "1", minor: "34+" },
  "GET /api/v1/namespaces/dev701": { metadata: { name: "dev701", labels: { "istio-injection": "enabled" } } },
  "GET /api/v1/pods": list(pod("ps-1", { images }), planePod("istiod-1", "1.30.3")),
  "GET /api/v1/services": list({
    metadata: { name: "cache", namespace: "dev701" },
    spec: { ports: [{ name: "http-c", port: 11211 }] },
  }),
  [`GET /apis/apps/v1/namespaces/istio-system/deployments?${planeSelector}&limit=500`]: list(
    planeDeployment("istiod", "1.30.3"),
  ),
  "GET /api/v1/namespaces/istio-system/configmaps": list({
    metadata: { name: "istio" },
    data: {
      mesh: "outboundTrafficPolicy: { mode: REGISTRY_ONLY }\ndefaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: 'true' } }",
    },
  }),
  "GET /api/v1/namespaces/istio-system/secrets": list(helmSecret(1, { status: "deployed" })),
  [`GET ${istio}/virtualservices`]: list({ metadata: { name: "empty", namespace: "dev701" } }),
};

describe("reading what the doctor judges", () => {
  const api = useApi();
  const { pods } = useForwarding(api);
  beforeEach(() => {
    api.answers = everything;
  });
  const read = () => readEvidence(api.cluster, ["dev701"]);

  it("one list a kind, of the whole cluster; a kind that is not installed has no objects", async () => {
    const found = await read();
    assert.deepEqual(found.meshConfig, { outbound: "REGISTRY_ONLY", dnsCapture: true, allocates: false });
    assert.deepEqual([found.kubernetes, found.layout, found.controlPlanes[0]?.ready], ["1.34", "modern", ["1.30.3"]]);
    assert.deepEqual(found.virtualServices, [
      { metadata: { name: "empty", namespace: "dev701" }, kind: "VirtualService", spec: {} },
    ]);
    assert.deepEqual(found.gateways, []);
    const lists = api.asked.map((one) => one.split(/[? ]/)[1]).filter((path) => path?.startsWith("/api"));
    const twice = lists.filter(
      (path, at) => lists.indexOf(path) !== at && !/webhook|\/secrets|\/pods$/.test(path ?? ""),
    );
    assert.deepEqual(twice, []);
    assert.deepEqual(
      diagnose(found).map(({ code }) => code),
      ["wrong-protocol"],
    );
  });

  it("what comes in pages is read to its end", async () => {
    const first = { ...list(pod("ps-1", { images })), metadata: { continue: "next" } };
    api.answers = {
      ...everything,
      "GET /api/v1/pods?limit=500": first,
      "GET /api/v1/pods?limit=500&continue=next": list(pod("ps-2", { images })),
    };
    assert.deepEqual(
      (await read()).pods.map(({ metadata }) => metadata?.name),
      ["ps-1", "ps-2"],
    );
  });

  it("what may not be listed everywhere is read where it may be, and the rest is named", async () => {
    api.answers = {
      ...everything,
      "GET /api/v1/services": 403,
      "GET /api/v1/namespaces/dev701/services": list({
        metadata: { name: "cache", namespace: "dev701" },
        spec: { ports: [] },
      }),
      "GET /api/v1/namespaces/istio-system/services": 403,
      "GET /api/v1/namespaces/istio-system/secrets": 403,
    };
    const { services, unseen } = await read();
    assert.deepEqual(
      services.map(({ metadata }) => metadata?.name),
      ["cache"],
    );
    for (const line of [
      "services of other namespaces than dev701, istio-system: not permitted (HTTP 403)",
      "services of istio-system: not permitted (HTTP 403)",
      "Helm's records: not permitted (HTTP 403)",
    ])
      assert.ok(unseen.includes(line), unseen.join("\n"));
  });

  it("an API server that fails is no mesh in which nothing is wrong", async () => {
    api.answers = { ...everything, [`GET ${istio}/virtualservices`]: 500 };
    await assert.rejects(read(), /HTTP 500/);
  });

  it("istiod and proxies say what they know over a port-forward; who does not answer is named", async () => {
    const rejected = [
      {
        proxy: "ps-1.dev701",
        resources: { "type.googleapis.com/envoy.config.listener.v3.Listener": { lastError: "no such filter" } },
      },
    ];
    pods.set("istiod-1", (path) => (path === "/debug/syncz" ? JSON.stringify(rejected) : "{}"));
    pods.set("ps-1", (path) => (path === "/logging" ? "active loggers:\n  admin: warning\n  http: debug\n" : "{}"));
    const found = await read();
    assert.deepEqual(found.proxies, [{ pod: "dev701/ps-1", loggers: { admin: "warning", http: "debug" } }]);
    assert.deepEqual(
      diagnose(found).map(({ code }) => code),
      ["config-rejected", "log-level", "wrong-protocol"],
    );
    pods.clear();
    const { unseen } = await read();
    assert.equal(
      unseen.filter((line) => /^(istiod's \/debug|log levels and counters of 1 of 1)/.test(line)).length,
      3,
      unseen.join("\n"),
    );
  });

  it("a proxy that may be stale is asked for the faults that it holds", async () => {
    const held = '"/apis/networking.istio.io/v1alpha3/namespaces/dev701/virtual-service/fault-service-web-0000abcd"';
    api.answers = { ...everything, "GET /api/v1/pods": list(pod("ps-1", { images })) };
    pods.set("ps-1", (path) => (path === "/config_dump" ? held : "active loggers:\n"));
    assert.deepEqual((await read()).stuckFaults, ["dev701/ps-1"]);
  });
});

describe("what istiod and proxies answer", () => {
  it("of every version", () => {
    assert.deepEqual(rejectionsIn("null"), []);
    assert.deepEqual(rejectionsIn('[{"proxy":"a.b","cluster_sent":"1","cluster_acked":"1"}]'), []);
    const status = 'goo.gle/debugstr  code:13  message:"Error adding:\\n \\"x\\" is bad"';
    const resources = { "type.googleapis.com/envoy.config.cluster.v3.Cluster": { lastError: status } };
    assert.deepEqual(rejectionsIn(JSON.stringify([{ proxy: "a.b", resources }])), [
      { proxy: "a.b", type: "Cluster", message: 'Error adding: "x" is bad' },
    ]);
    const whole =
      'message:"goo.gle/debugproto name: \\"outbound|80||a\\" type: EDS : Proto constraint validation failed (x)"';
    const broken = { "type.googleapis.com/envoy.config.cluster.v3.Cluster": { lastError: whole } };
    assert.equal(
      rejectionsIn(JSON.stringify([{ proxy: "a.b", resources: broken }]))[0]?.message,
      "outbound|80||a: Proto constraint validation failed (x)",
    );
    assert.deepEqual(conflictsIn(""), []);
    assert.deepEqual(conflictsIn('{"pilot_vservice_dup_domain":{"web:80":{"proxy":"a","message":"twice"}},"x":null}'), [
      { metric: "pilot_vservice_dup_domain", key: "web:80", message: "twice" },
    ]);
    assert.deepEqual(loggersIn("active loggers:\n  admin: warning\n  grpc-x: info\nsomething: else\n"), {
      admin: "warning",
      "grpc-x": "info",
    });
  });
});
