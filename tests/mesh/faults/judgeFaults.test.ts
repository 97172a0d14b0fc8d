import type { V1Pod, V1ReplicaSet, V1Service } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import type { Fault } from "../../../mesh/faults/fault";
import { judgeFaults, type FaultsFound } from "../../../mesh/faults/judgeFaults";
import { portKind } from "../../../mesh/faults/ports";

// The same reasons as the engine prints them, with a real API server: tests/e2e/faultsRefused.test.ts.

type Ports = readonly { readonly name?: string; readonly port: number; readonly appProtocol?: string }[];
const service = (name: string, ports: Ports, labels = {}): V1Service => {
  const made: unknown = { metadata: { name, labels }, spec: { ports } };
  return made as V1Service;
};
const pod = (name: string, app: string, sidecar: boolean, owner?: string): V1Pod => {
  const ownerReferences =
    owner === undefined ? [] : [{ kind: "ReplicaSet", name: owner, uid: owner, controller: true }];
  const containers = [{ name: "app" }, ...(sidecar ? [{ name: "istio-proxy" }] : [])];
  const made: unknown = { metadata: { name, labels: { app }, ownerReferences }, spec: { containers }, status: {} };
  return made as V1Pod;
};
const set = (name: string, deployment: string): V1ReplicaSet => {
  const ownerReferences = [{ kind: "Deployment", name: deployment, uid: deployment, controller: true }];
  const made: unknown = { metadata: { name, uid: name, ownerReferences } };
  return made as V1ReplicaSet;
};

const found: FaultsFound = {
  services: [service("web", [{ name: "http-web", port: 80 }]), service("cache", [{ name: "tcp-cache", port: 11211 }])],
  virtualServices: [],
  serviceEntries: [],
  pods: [pod("ps-1", "ps", true, "ps-a"), pod("ps-2", "ps", true, "ps-b"), pod("job", "job", false)],
  replicaSets: [set("ps-a", "ps"), set("ps-b", "ps")],
  namespaceLabels: {},
  context: "dev701",
  unfinished: [],
};
const fault = (more: object): Fault => ({
  type: "httpAbort",
  host: "web",
  httpStatus: 503,
  percentage: 100,
  everyone: true,
  ...more,
});
const judge = (more: Partial<FaultsFound>, ...faults: readonly Fault[]) =>
  judgeFaults(
    { ...found, ...more },
    { namespace: "dev701", layout: "modern", targets: faults.map((one) => ({ fault: one, hosts: ["web"] })) },
  );

describe("faults before they are injected", () => {
  it("says what breaks for whom, how many feel it, and how to end it; two ReplicaSets are one workload", () => {
    const { refused, notes } = judge({}, fault({}), fault({ sourceLabels: { app: "ps" }, percentage: 25 }));
    assert.deepEqual(refused, []);
    assert.deepEqual(notes, [
      "fault: web answers 503 for every pod until they are removed; 1 of 2 calling workloads have a sidecar",
      "fault: web answers 503 in 25 % of the calls for pods {app: ps} until they are removed; 1 of 1 calling workloads have a sidecar",
      "to end every fault at once: kubectl delete virtualservices.networking.istio.io -n dev701 -l jam-istio/fault",
    ]);
  });

  it("the pod that ends faults on time calls nobody", () => {
    const made: unknown = { metadata: { name: "r", labels: {} }, spec: { containers: [{ name: "fault-reaper" }] } };
    const { notes } = judge({ pods: [...found.pods, made as V1Pod] }, fault({}));
    assert.match(notes[0] ?? "", /; 1 of 2 calling workloads have a sidecar$/);
  });

  it("all reasons at once", () => {
    const { refused } = judge(
      { context: "eks-prod", namespaceLabels: { env: "prod" }, unfinished: ["release istiod is failed"] },
      fault({ host: "wev", sourceLabels: { app: "none" } }),
    );
    assert.deepEqual(refused.length, 5);
  });

  it("a caller that ended is none", () => {
    const old = pod("old", "ps", true);
    old.status = { phase: "Succeeded" };
    const { refused } = judge({ pods: [old] }, fault({ sourceLabels: { app: "ps" } }));
    assert.match(refused.join(), /no running pod of namespace dev701 calls/);
  });

  it("a fake-service with the label is ours", () => {
    const own = service("fake-service", [{ port: 9000 }], { "jam-istio/fault": "active" });
    const redirect = { type: "tcpRedirect", host: "cache", ports: [11211], everyone: true } as Fault;
    assert.deepEqual(judge({ services: [...found.services, own] }, redirect).refused, []);
  });
});

describe("what a port is for", () => {
  const rows: readonly (readonly [string, number, string | undefined, string, string])[] = [
    ["http", 80, undefined, "http", "http"],
    ["http-web", 80, undefined, "http", "http"],
    ["HTTP-web", 80, undefined, "http", "http"],
    ["grpc-web-x", 80, undefined, "http", "http"],
    ["https-x", 443, undefined, "tls", "tls"],
    ["tcp-cache", 11211, undefined, "tcp", "tcp"],
    ["redis-x", 6379, undefined, "tcp", "tcp"],
    ["memcache", 11211, undefined, "sniffed", "sniffed"],
    ["httpx", 80, undefined, "sniffed", "sniffed"],
    ["", 3306, undefined, "tcp", "tcp"],
    ["web", 80, "http", "http", "sniffed"],
    ["http-web", 80, "tcp", "tcp", "http"],
    ["x", 80, "kubernetes.io/h2c", "http", "sniffed"],
  ];
  for (const [name, port, appProtocol, modern, classic] of rows)
    it(`${name || "no name"}${appProtocol === undefined ? "" : `, appProtocol ${appProtocol}`}, ${String(port)}`, () => {
      const one: unknown = { name, port, appProtocol, protocol: "TCP" };
      const given = one as Parameters<typeof portKind>[0];
      assert.deepEqual([portKind(given, "modern"), portKind(given, "classic")], [modern, classic]);
    });
});
