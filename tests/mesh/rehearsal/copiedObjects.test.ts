import assert from "node:assert/strict";
import { copied, type ForeignObject } from "../../../mesh/rehearsal/copiedObjects";
import { sampleProxies } from "../../../mesh/rehearsal/sampleProxies";

const object = (
  apiVersion: string,
  kind: string,
  name: string,
  spec: object = {},
  more: object = { namespace: "shop" },
): ForeignObject => ({ apiVersion, kind, metadata: { name, ...more }, spec });

const names = (objects: readonly ForeignObject[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

describe("what a rehearsal brings of a real cluster", () => {
  it("are the mesh's objects; Secrets, workloads and the cluster's own are left out, and counted", () => {
    const { stages, namespaces, definitions, left } = copied([
      object("v1", "Secret", "token"),
      object("v1", "Secret", "tls"),
      object("v1", "ConfigMap", "settings"),
      object("apps/v1", "Deployment", "web"),
      object("v1", "Service", "web"),
      object("v1", "Service", "kubernetes", {}, { namespace: "default" }),
      object("v1", "Service", "kube-dns", {}, { namespace: "kube-system" }),
      object("networking.istio.io/v1", "VirtualService", "web"),
      object("gateway.networking.k8s.io/v1", "HTTPRoute", "web"),
      object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "gateways.networking.istio.io", {}, {}),
      object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "httproutes.gateway.networking.k8s.io", {}, {}),
      object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "certificates.cert-manager.io", {}, {}),
      object("v1", "Namespace", "kube-system", {}, {}),
    ]);
    assert.deepEqual(names(stages.flat()), ["Service web", "VirtualService web", "HTTPRoute web"]);
    assert.deepEqual(names(namespaces), ["Namespace shop"]);
    assert.deepEqual(names(definitions), ["CustomResourceDefinition httproutes.gateway.networking.k8s.io"]);
    assert.deepEqual(left, {
      ...{ ConfigMap: 1, CustomResourceDefinition: 2, Deployment: 1, Namespace: 1, Secret: 2, Service: 2 },
    });
  });

  it("have nothing that belongs to their own cluster", () => {
    const service = {
      ...object("v1", "Service", "web", {
        ...{ clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], type: "NodePort", selector: { app: "web" } },
        ports: [{ port: 80, nodePort: 30_080 }],
      }),
      metadata: {
        ...{ name: "web", namespace: "shop", uid: "1", resourceVersion: "2", ownerReferences: [{ kind: "X" }] },
        labels: { app: "web" },
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", "networking.istio.io/exportTo": "." },
      },
      status: { loadBalancer: {} },
    };
    assert.deepEqual(copied([service]).stages, [
      [
        {
          ...{ apiVersion: "v1", kind: "Service" },
          metadata: {
            ...{ name: "web", namespace: "shop", labels: { app: "web" } },
            annotations: { "networking.istio.io/exportTo": "." },
          },
          spec: { type: "NodePort", selector: { app: "web" }, ports: [{ port: 80 }] },
        },
      ],
    ]);
  });

  it("keeps a headless Service headless", () => {
    const [[service] = []] = copied([object("v1", "Service", "db", { clusterIP: "None" })]).stages;
    assert.deepEqual(service?.spec, { clusterIP: "None" });
  });

  it("come in the order of their age where they are for the same host, and together where they are not", () => {
    const entry = (name: string, host: string, creationTimestamp: string) =>
      object(
        "networking.istio.io/v1",
        "ServiceEntry",
        name,
        { hosts: [host] },
        { namespace: "shop", creationTimestamp },
      );
    const { stages } = copied([
      entry("young", "db.example.com", "2026-02-01T00:00:00Z"),
      entry("other", "mail.example.com", "2026-03-01T00:00:00Z"),
      entry("old", "db.example.com", "2026-01-01T00:00:00Z"),
    ]);
    assert.deepEqual(
      stages.map((stage) => stage.map(({ metadata }) => metadata.name)),
      [["old", "other"], ["young"]],
    );
  });
});

describe("the proxies that a rehearsal compares", () => {
  const sidecar = { namespace: "dev701", pod: "ct-webapp-1", address: "10.0.0.5", labels: { app: "ct-webapp" } };
  const gateway = (name: string, selector: object) => object("networking.istio.io/v1", "Gateway", name, { selector });

  it("are a sidecar, and a gateway for each selector", () => {
    const objects = [gateway("a", { istio: "in" }), gateway("b", { istio: "in" }), gateway("c", { istio: "out" })];
    const { samples, leftOut } = sampleProxies(objects, sidecar);
    assert.deepEqual(
      samples.map(({ kind, labels }) => [kind, labels]),
      [
        ["sidecar", { app: "ct-webapp" }],
        ["router", { istio: "in" }],
        ["router", { istio: "out" }],
      ],
    );
    assert.equal(leftOut, 0);
  });

  it("say how many gateways are left out", () => {
    const objects = Array.from({ length: 5 }, (_, at) => gateway(`g${String(at)}`, { istio: String(at) }));
    const { samples, leftOut } = sampleProxies(objects, sidecar);
    assert.deepEqual([samples.length, leftOut], [4, 2]);
  });
});
