import assert from "node:assert/strict";
import { conflictingVirtualServices, type VirtualService } from "../../../mesh/faults/conflictingVirtualServices";

const of = (spec: VirtualService["spec"] & object, namespace = "dev701", labels = {}): VirtualService => ({
  metadata: { name: "app", namespace, labels },
  spec,
});

describe("VirtualServices of others on a fault's host", () => {
  const rows: readonly (readonly [string, string, VirtualService, boolean])[] = [
    ["the short name", "web", of({ hosts: ["web"] }), true],
    ["the name with its namespace", "web", of({ hosts: ["web.dev701"] }), true],
    ["the name with svc", "web", of({ hosts: ["web.dev701.svc"] }), true],
    ["the full name", "web", of({ hosts: ["web.dev701.svc.cluster.local"] }), true],
    ["the full name in another cluster domain", "web", of({ hosts: ["web.dev701.svc.corp.example"] }), true],
    ["one of several hosts", "web", of({ hosts: ["other", "web"] }), true],
    ["another Service", "web", of({ hosts: ["webs"] }), false],
    ["the same short name in another namespace", "web", of({ hosts: ["web"] }, "integration702"), false],
    ["the full name, from another namespace", "web", of({ hosts: ["web.dev701.svc.cluster.local"] }, "other"), true],
    ["everything", "web", of({ hosts: ["*"] }), true],
    ["a wildcard over the namespace", "web", of({ hosts: ["*.dev701.svc.cluster.local"] }), true],
    ["a wildcard over another namespace", "web", of({ hosts: ["*.other.svc.cluster.local"] }), false],
    ["a wildcard over the cluster", "web", of({ hosts: ["*.local"] }), true],
    ["exported to its own namespace, another one", "web", of({ hosts: ["*"], exportTo: ["."] }, "other"), false],
    ["exported to this namespace", "web", of({ hosts: ["*"], exportTo: ["dev701"] }, "other"), true],
    ["exported to nobody else", "web", of({ hosts: ["*"], exportTo: ["third"] }, "other"), false],
    ["for a gateway alone", "web", of({ hosts: ["web"], gateways: ["edge"] }), false],
    ["for a gateway and the mesh", "web", of({ hosts: ["web"], gateways: ["edge", "mesh"] }), true],
    ["a fault of ours", "web", of({ hosts: ["web"] }, "dev701", { "jam-istio/fault": "active" }), false],
    ["a delegate, which has no hosts", "web", of({}), false],
    ["an external host", "db.example.com", of({ hosts: ["db.example.com"] }), true],
    ["a wildcard over an external host", "db.example.com", of({ hosts: ["*.example.com"] }), true],
    ["an external host of two labels, a wildcard over its ending", "example.com", of({ hosts: ["*.com"] }), true],
    ["an external wildcard, a host below it", "*.s3.example.com", of({ hosts: ["b.s3.example.com"] }), true],
    ["an external wildcard, a wider one", "*.s3.example.com", of({ hosts: ["*.example.com"] }), true],
    ["another external host", "db.example.com", of({ hosts: ["db2.example.com"] }), false],
  ];
  for (const [title, host, one, meets] of rows)
    it(`${title}: ${meets ? "counts" : "does not count"}`, () => {
      assert.equal(conflictingVirtualServices(host, "dev701", [one]).length > 0, meets);
    });

  it("names the VirtualService, and the host as it writes it", () => {
    assert.deepEqual(conflictingVirtualServices("web", "dev701", [of({ hosts: ["*.dev701.svc.cluster.local"] })]), [
      { name: "dev701/app", host: "*.dev701.svc.cluster.local" },
    ]);
  });
});
