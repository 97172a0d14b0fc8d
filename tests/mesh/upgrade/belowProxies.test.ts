import assert from "node:assert/strict";
import { belowProxies } from "../../../mesh/upgrade/wayBack";
import { pod } from "../rollout/dataPlaneSupport";
import { record } from "./gateSupport";

describe("the way back: below the proxies", () => {
  const to = record("istiod", 2, { status: "deployed", chartVersion: "1.29.6" });
  const proxy = (name: string, tag: string, revision?: string) =>
    pod(name, { image: `docker.io/istio/proxyv2:${tag}`, ...(revision === undefined ? {} : { revision }) });
  const below = (...which: string[]) =>
    `proxies are newer than 1.29.6, or their version cannot be read: ${which.join("; ")}`;

  for (const [name, pods, expected] of [
    ["none is there", [], undefined],
    ["all are older, or as old", [proxy("a", "1.28.10"), proxy("b", "1.29.6-distroless")], undefined],
    ["one is newer", [proxy("a", "1.29.6"), proxy("b", "1.30.3")], below("dev701/b: 1.30.3 (1 proxies)")],
    ["one is newer by a patch", [proxy("b", "1.29.10")], below("dev701/b: 1.29.10 (1 proxies)")],
    ["one is newer, of another control plane", [proxy("b", "1.30.3", "canary")], undefined],
    ["one has no version", [proxy("b", "latest")], below("dev701/b: unreadable (1 proxies)")],
    ["a newer one is done", [pod("b", { image: "istio/proxyv2:1.30.3", phase: "Succeeded" })], undefined],
    ["a newer one ends", [pod("b", { image: "istio/proxyv2:1.30.3", ends: true })], undefined],
  ] as const) {
    it(`${name}: ${expected ?? "free"}`, () => {
      assert.equal(belowProxies(pods, "default", { to }), expected);
    });
  }

  it("counts against the image that the revision asked for, where it is not its chart's", () => {
    const manifest = "        image: docker.io/istio/pilot:1.29.4\n";
    assert.match(
      belowProxies([proxy("a", "1.29.5")], "default", { to: { ...to, manifest } }) ?? "",
      /^proxies are newer than 1\.29\.4/,
    );
    assert.equal(belowProxies([proxy("a", "1.29.4")], "default", { to: { ...to, manifest } }), undefined);
  });

  const since = 1_800_000_000;
  const annotations = { "sidecar.istio.io/proxyImage": "example.com/proxyv2:1.30.3" };
  const chosen = { image: "example.com/proxyv2:1.30.3", annotations };
  const digest = { image: `example.com/proxyv2@sha256:${"0".repeat(64)}` };

  it("a proxy of an image that somebody chose, or that has no version, counts where its pod is not older than the upgrade", () => {
    for (const [data, version] of [
      [chosen, "1.30.3"],
      [digest, "unreadable"],
    ] as const) {
      const text = below(`dev701/a: ${version} (1 proxies)`);
      const made = (created?: number) => [pod("a", { ...data, ...(created === undefined ? {} : { created }) })];
      assert.equal(belowProxies(made(since - 1), "default", { to, since }), undefined);
      assert.equal(belowProxies(made(since), "default", { to, since }), text);
      assert.equal(belowProxies(made(), "default", { to, since }), text);
      assert.equal(belowProxies(made(since - 1), "default", { to }), text);
    }
    const newer = pod("b", { image: "docker.io/istio/proxyv2:1.30.3", created: since - 1 });
    assert.equal(belowProxies([newer], "default", { to, since }), below("dev701/b: 1.30.3 (1 proxies)"));
  });

  it("stops where the pods may not be seen", () => {
    assert.match(belowProxies(undefined, "default", { to }) ?? "", /^not permitted to list the pods of all namespaces/);
  });
});
