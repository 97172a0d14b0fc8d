import assert from "node:assert/strict";
import {
  countByWorkload,
  countProxies,
  countText,
  isLive,
  proxyRevision,
  proxyVersion,
} from "../../../mesh/istio/proxies";
import { pod } from "../rollout/dataPlaneSupport";

const old = { image: "docker.io/istio/proxyv2:1.29.6" };
const leaving = (one: ReturnType<typeof pod>) => {
  Object.assign(one.metadata ?? {}, { deletionTimestamp: new Date(0) });
  return one;
};

describe("proxies: pods that can be running", () => {
  for (const [phase, live] of [
    ["Pending", true],
    ["Running", true],
    ["Unknown", true],
    ["Succeeded", false],
    ["Failed", false],
  ] as const) {
    it(`${phase}: ${live ? "live" : "done"}`, () => {
      assert.equal(isLive(pod("a", { phase })), live);
    });
  }

  it("one that is being deleted is not", () => {
    assert.equal(isLive(leaving(pod("a"))), false);
  });
});

describe("proxies: the version", () => {
  for (const [title, data, version] of [
    ["of a container", old, "1.29.6"],
    ["of an init container that goes on running", { ...old, native: true }, "1.29.6"],
    ["of an image variant", { image: "mirror.example.com:5000/proxyv2:1.30.3-distroless" }, "1.30.3"],
    ["of an image with a digest behind the tag", { image: `istio/proxyv2:1.30.3@sha256:${"0".repeat(64)}` }, "1.30.3"],
    ["of an image by digest alone", { image: `istio/proxyv2@sha256:${"0".repeat(64)}` }, "unreadable"],
    ["of an image without a version", { image: "istio/proxyv2:latest" }, "unreadable"],
    ["of a gateway that the injector did not fill in", { image: "auto" }, "unreadable"],
    ["of a pod without a proxy", {}, undefined],
  ] as const) {
    it(`${title}: ${version ?? "none"}`, () => {
      assert.equal(proxyVersion(pod("a", data)), version);
    });
  }

  it("of a pod without a spec there is none", () => {
    assert.equal(proxyVersion({}), undefined);
  });
});

describe("proxies: by workload", () => {
  const owned = (name: string, kind: string, owner: string, labels = {}) => {
    const one = pod(name, old);
    Object.assign(one.metadata ?? {}, {
      namespace: "legacy",
      labels,
      ownerReferences: [{ kind, name: owner, controller: true }],
    });
    return one;
  };
  const bare = pod("bare", old);
  Object.assign(bare.metadata ?? {}, { namespace: "legacy" });

  it("a Deployment's by its own name, other owners by theirs, a bare pod by itself; without a proxy none", () => {
    const hash = { "pod-template-hash": "5d8f" };
    const counts = countByWorkload([
      owned("web-5d8f-a", "ReplicaSet", "web-5d8f", hash),
      owned("web-5d8f-b", "ReplicaSet", "web-5d8f", hash),
      owned("lone-a", "ReplicaSet", "lone"),
      owned("db-0", "StatefulSet", "db"),
      bare,
      pod("none"),
    ]);
    assert.deepEqual(counts, {
      "legacy/web": { "1.29.6": 2 },
      "legacy/lone": { "1.29.6": 1 },
      "legacy/db": { "1.29.6": 1 },
      "legacy/bare": { "1.29.6": 1 },
    });
  });
});

describe("proxies: the revision", () => {
  const saying = (status: string) => pod("a", { annotations: { "sidecar.istio.io/status": status } });

  for (const [title, one, revision] of [
    ["what the injector wrote", pod("a", { revision: "canary" }), "canary"],
    ["the one without, as the injector writes it", pod("a", { revision: "default" }), "default"],
    [
      "the one without, as Istio 1.4 wrote nothing of it",
      saying('{"version":"x","containers":["istio-proxy"]}'),
      "default",
    ],
    [
      "what a control plane wrote on a gateway that it made",
      pod("a", { annotations: { "istio.io/rev": "canary" } }),
      "canary",
    ],
    ["the one without, where nothing was injected", pod("a"), "default"],
    ["the one without, where it cannot be read", saying("{"), "default"],
    ["the one without, where nothing is written", saying("null"), "default"],
    ["the one without, of a pod without metadata", {}, "default"],
  ] as const) {
    it(`is ${title}: ${revision}`, () => {
      assert.equal(proxyRevision(one), revision);
    });
  }
});

describe("proxies: how many there are", () => {
  it("counts those of live pods, by version", () => {
    const pods = [
      pod("a", old),
      pod("b", { ...old, native: true }),
      pod("c", { image: "istio/proxyv2:1.30.3" }),
      pod("job", { ...old, phase: "Succeeded" }),
      pod("evicted", { ...old, phase: "Failed" }),
      leaving(pod("leaving", old)),
      pod("plain"),
    ];
    assert.deepEqual(countProxies(pods), { "1.29.6": 2, "1.30.3": 1 });
  });

  it("counts those without a version, too", () => {
    assert.deepEqual(countProxies([pod("a", { image: "istio/proxyv2:latest" })]), { unreadable: 1 });
  });

  it("counts a pod that has the old kind and the new one once", () => {
    const both = pod("a", old);
    Object.assign(both.spec ?? {}, { initContainers: pod("a", { ...old, native: true }).spec?.initContainers });
    assert.deepEqual(countProxies([both]), { "1.29.6": 1 });
  });

  it("of no pods there are none", () => {
    assert.deepEqual(countProxies([]), {});
  });
});

describe("proxies: in words", () => {
  for (const [title, counts, text] of [
    ["as istioctl does, also of one", { "1.4.6": 1 }, "1.4.6 (1 proxies)"],
    ["lowest version first, as numbers", { "1.4.10": 1, "1.4.6": 35 }, "1.4.6 (35 proxies), 1.4.10 (1 proxies)"],
    ["those without a version last", { unreadable: 2, "1.30.3": 1 }, "1.30.3 (1 proxies), unreadable (2 proxies)"],
    ["none", {}, "no proxies"],
  ] as const) {
    it(`${title}: ${text}`, () => {
      assert.equal(countText(counts), text);
    });
  }

  it("other things are counted the same way", () => {
    assert.equal(countText({ "1.30.3": 2 }, "gateways"), "1.30.3 (2 gateways)");
    assert.equal(countText({}, "gateways"), "no gateways");
  });
});
