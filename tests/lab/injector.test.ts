import type { V1Pod } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { injectProxy, proxyOf } from "../../lab/injector";
import { annotate, behaviourOf } from "../../lab/podBehaviour";

// The stand-in's decisions. That an API server takes its patches is shown by tests/e2e/pods.test.ts.

const values = JSON.stringify({ global: { hub: "example.com/istio", proxy: { image: "proxyv2" } } });
const pod = (more: Partial<V1Pod> = {}): V1Pod => ({
  spec: { containers: [{ name: "app", image: "app:1" }] },
  ...more,
});

describe("the lab's injector", () => {
  it("takes the ConfigMap's registry and the tag that runs", () => {
    assert.deepEqual(proxyOf(values, "docker.io/istio/pilot:1.24.6"), {
      image: "example.com/istio/proxyv2:1.24.6",
      native: false,
    });
    assert.equal(proxyOf(values, "pilot:1.30.3-distroless").image, "example.com/istio/proxyv2:1.30.3-distroless");
    assert.equal(proxyOf("{}", "pilot:1.4.6").image, "docker.io/istio/proxyv2:1.4.6");
    const own = JSON.stringify({ global: { proxy: { image: "example.com/own/proxy:7" } } });
    assert.equal(proxyOf(own, "pilot:1.30.3").image, "example.com/own/proxy:7");
  });

  for (const [version, native] of [
    ["1.4.6", false],
    ["1.26.4", false],
    ["1.27.0", true],
    ["1.30.3", true],
  ] as const) {
    it(`${version}: the proxy is ${native ? "an init container that goes on" : "a container"}`, () => {
      const patch = injectProxy(pod(), proxyOf(values, `pilot:${version}`));
      const listed = (path: string) => JSON.stringify(patch.find((one) => one.path === path)?.value);
      assert.equal(listed("/spec/initContainers").includes('"name":"istio-proxy"'), native);
      assert.equal(listed("/spec/containers").includes('"name":"istio-proxy"'), !native);
      assert.equal(listed("/spec/initContainers").includes('"restartPolicy":"Always"'), native);
    });
  }

  const proxy = { image: "proxy:1", native: false };
  for (const [name, one] of Object.entries({
    "says no by annotation": pod({ metadata: { annotations: { "sidecar.istio.io/inject": "false" } } }),
    "says no by label": pod({ metadata: { labels: { "sidecar.istio.io/inject": "false" } } }),
    "is in the host's network": { spec: { hostNetwork: true, containers: [{ name: "app" }] } },
    "has a proxy": { spec: { containers: [{ name: "istio-proxy" }] } },
  })) {
    it(`a pod that ${name} gets none`, () => {
      assert.deepEqual(injectProxy(one, proxy), []);
    });
  }

  it("a pod's own proxy image wins", () => {
    const own = pod({ metadata: { annotations: { "sidecar.istio.io/proxyImage": "mine:2" } } });
    assert.match(JSON.stringify(injectProxy(own, proxy)), /"image":"mine:2"/);
  });
});

describe("pods that are asked to misbehave", () => {
  const asked = { "app.web": "hang", "app.web-slow": "never-ready", "app.odd": "dance" };
  for (const [name, expected] of [
    ["web-1", "hang"],
    ["web-slow-1", "never-ready"],
    ["odd-1", undefined],
    ["other", undefined],
  ] as const) {
    it(`${name}: ${expected ?? "behaves"}`, () => {
      assert.equal(behaviourOf(asked, "app", name), expected);
    });
  }

  it("an annotation's slash is escaped in the patch's path, and a pod without annotations gets the map", () => {
    const one = annotate(pod({ metadata: { annotations: {} } }), "a.b/c~d", "x");
    assert.equal(one.path, "/metadata/annotations/a.b~1c~0d");
    assert.deepEqual(annotate(pod(), "a/b", "x"), { op: "add", path: "/metadata/annotations", value: { "a/b": "x" } });
  });
});
