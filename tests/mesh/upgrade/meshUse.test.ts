import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { dependents, usersOf, type Asked, type MeshUse } from "../../../mesh/upgrade/meshUse";
import { judgeNeed } from "../../../mesh/upgrade/retention";
import { refuseRemoval } from "../../../mesh/upgrade/removal";

interface Marks {
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

const injected = (revision: string) => ({ "sidecar.istio.io/status": JSON.stringify({ revision }) });
const pod = (namespace: string, { labels = {}, annotations = {} }: Marks, image = "istio/proxyv2:1.28.10") =>
  ({
    metadata: { namespace, labels, annotations },
    spec: { containers: [{ name: "istio-proxy", image }] },
    status: { phase: "Running" },
  }) as unknown as V1Pod;
const managed = { "gateway.istio.io/managed": "istio.io-mesh-controller" };
const gateway = (namespace: string, name: string, replicas: number, revision = "old") =>
  ({
    metadata: { namespace, name, labels: managed },
    spec: { replicas, template: { metadata: { annotations: { "istio.io/rev": revision }, labels: managed } } },
  }) as unknown as V1Deployment;

const nothing: MeshUse = { pods: [], namespaces: [], gateways: [], tags: [], releases: [], unread: [] };
const old: Asked = { revision: "old", release: "istiod-old", connections: 0 };
const plain: Asked = { revision: "default", release: "istiod", connections: 0 };
const prod = { tag: "prod", revision: "old" };

describe("who still needs an old control plane", () => {
  const rows: readonly (readonly [string, Partial<MeshUse>, readonly string[], Partial<Asked>?])[] = [
    ["nobody", {}, []],
    [
      "a sidecar, by what the injector wrote",
      { pods: [pod("a", { annotations: injected("old") })] },
      ["namespace a (1 proxy)"],
    ],
    [
      "a pod that says so by its label alone",
      { pods: [pod("a", { labels: { "istio.io/rev": "old" } })] },
      ["namespace a (1 proxy)"],
    ],
    ["a sidecar of another one", { pods: [pod("a", { annotations: injected("new") })] }, []],
    [
      "a waypoint, which no injector marked",
      {
        pods: [pod("a", { labels: managed, annotations: { "istio.io/rev": "old" } })],
        gateways: [gateway("a", "waypoint", 1)],
      },
      ["namespace a (1 proxy)"],
    ],
    [
      "a Gateway's Deployment at zero",
      { gateways: [gateway("a", "edge", 0)] },
      ["namespace a (gateway edge, scaled to zero)"],
    ],
    ["a Gateway of another one", { gateways: [gateway("a", "edge", 0, "new")] }, []],
    [
      "ztunnel, which follows the settings",
      { pods: [pod("istio-system", { labels: { "istio.io/rev": "old", app: "ztunnel" } }, "istio/ztunnel:1.28.10")] },
      [],
    ],
    [
      "a namespace without a pod",
      { namespaces: [{ name: "jobs", labels: { "istio.io/rev": "old" } }] },
      ["namespace jobs (label istio.io/rev=old)"],
    ],
    [
      "one whose istio-injection wins",
      { namespaces: [{ name: "jobs", labels: { "istio.io/rev": "old", "istio-injection": "disabled" } }] },
      [],
    ],
    [
      "a namespace that is labelled with a tag",
      { namespaces: [{ name: "jobs", labels: { "istio.io/rev": "prod" } }], tags: [prod] },
      ["namespace jobs (label istio.io/rev=prod)", "revision tag prod"],
    ],
    ["a tag that its own release made, and nobody uses", { tags: [{ ...prod, release: "istiod-old" }] }, []],
    [
      "the tag default: whoever has istio-injection=enabled",
      {
        namespaces: [{ name: "jobs", labels: { "istio-injection": "enabled" } }],
        tags: [{ tag: "default", revision: "old" }],
      },
      ["namespace jobs (label istio-injection=enabled)", "revision tag default"],
    ],
    [
      "connections from outside",
      {},
      ["2 connections from outside of the cluster (metric pilot_xds)"],
      { connections: 2 },
    ],
    [
      "connections from outside, whatever ztunnels of another one there are",
      { pods: [pod("istio-system", { labels: { "istio.io/rev": "new", app: "ztunnel" } }, "istio/ztunnel:1.30.3")] },
      ["2 connections from outside of the cluster (metric pilot_xds)"],
      { connections: 2 },
    ],
    [
      "connections of what the cluster shows",
      { pods: [pod("a", { annotations: injected("old") })] },
      ["namespace a (1 proxy)"],
      { connections: 1 },
    ],
    [
      "the instance's own namespace, by the label that this run sets",
      { namespaces: [{ name: "own", labels: { "istio.io/rev": "old" } }] },
      [],
      { own: { namespace: "own", revision: "new" } },
    ],
    [
      "the instance's own namespace, which the settings leave there",
      { namespaces: [{ name: "own" }] },
      ["namespace own (this stack's settings)"],
      { own: { namespace: "own", revision: "old" } },
    ],
  ];
  for (const [title, use, expected, more = {}] of rows) {
    it(title, () => {
      assert.deepEqual(usersOf({ ...nothing, ...use }, { ...old, ...more }), expected);
    });
  }

  it("the one without a revision: istio-injection=enabled, unless a tag leads it away", () => {
    const namespaces = [{ name: "jobs", labels: { "istio-injection": "enabled" } }];
    assert.deepEqual(usersOf({ ...nothing, namespaces }, plain), ["namespace jobs (label istio-injection=enabled)"]);
    assert.deepEqual(usersOf({ ...nothing, namespaces, tags: [{ tag: "default", revision: "new" }] }, plain), []);
  });

  for (const [title, known, stays, text] of [
    ["nobody", { users: [], unread: [] }, false, "control plane istiod goes: nobody needs it any more"],
    [
      "nobody, and its metrics cannot be read",
      { users: [], unread: [], uncounted: "not permitted (HTTP 403)" },
      false,
      "control plane istiod goes: nobody needs it any more; whether proxies outside of the cluster are connected was not seen (not permitted (HTTP 403))",
    ],
    [
      "somebody",
      { users: ["namespace a (1 proxy)"], unread: [] },
      true,
      "control plane istiod stays: needed by namespace a (1 proxy)",
    ],
    [
      "nobody that may be seen",
      { users: [], unread: ["namespaces: not permitted (HTTP 403)"] },
      true,
      "control plane istiod stays: who needs it cannot be seen whole (namespaces: not permitted (HTTP 403))",
    ],
  ] as const) {
    it(`is said: needed by ${title}`, () => {
      assert.deepEqual(judgeNeed("istiod", known), { stays, text });
    });
  }
});

describe("who else uses a mesh that is to be removed", () => {
  const owned = { stack: "dev701", namespace: "dev701", keepsSystem: false };
  const enabled = { "istio-injection": "enabled" };

  it("nobody: the instance's own namespace and the mesh's own proxies do not count", () => {
    const use = {
      ...nothing,
      namespaces: [
        { name: "dev701", labels: enabled },
        { name: "other" },
        { name: "off", labels: { "istio-injection": "disabled" } },
      ],
      pods: [pod("dev701", { annotations: injected("default") }), pod("istio-system", {})],
    };
    assert.deepEqual(dependents(use, "dev701"), []);
    assert.equal(refuseRemoval(use, owned), undefined);
  });

  it("everybody is named, with the way out", () => {
    const use = {
      ...nothing,
      namespaces: [
        { name: "integration702", labels: enabled },
        { name: "mesh", labels: { "istio.io/dataplane-mode": "ambient" } },
      ],
      pods: [
        pod("integration702", { annotations: injected("default") }),
        pod("integration702", { annotations: injected("default") }),
        pod("istio-system", { labels: managed }),
      ],
      gateways: [gateway("edge", "public", 0)],
      releases: ["kiali-operator"],
    };
    assert.equal(
      refuseRemoval(use, owned),
      "the mesh is not removed, others use it: namespace edge (gateway public, scaled to zero), namespace integration702 " +
        "(label istio-injection=enabled, 2 proxies), namespace istio-system (1 proxy), namespace mesh (label " +
        "istio.io/dataplane-mode=ambient), Helm release kiali-operator in istio-system. Take them out of the mesh first (the " +
        "namespace's label, then a restart of its workloads), or, if they may be left without a control plane: " +
        "JAM_ISTIO_ALLOW=dependents",
    );
  });

  it("what may not be read is no clean bill", () => {
    assert.equal(
      refuseRemoval({ ...nothing, unread: ["pods: not permitted (HTTP 403)"] }, owned),
      "the mesh is not removed: whether others use it cannot be seen (pods: not permitted (HTTP 403)). Once you know that nobody " +
        "does, or if they may be left without a control plane: JAM_ISTIO_ALLOW=dependents",
    );
  });
});
