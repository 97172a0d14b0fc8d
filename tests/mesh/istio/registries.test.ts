import type { V1Pod } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { controlPlaneRelease, effectiveHub } from "../../../mesh/install/helmReleases";
import { closingImages, closingText, hubNote, isClosing } from "../../../mesh/istio/registries";
import { settingsOf } from "../../support/settings";

const pod = (
  namespace: string,
  containers: readonly string[],
  more: Partial<V1Pod> = {},
  init: readonly string[] = [],
) =>
  ({
    metadata: { namespace },
    spec: {
      containers: containers.map((image, at) => ({ name: `c${String(at)}`, image })),
      initContainers: init.map((image, at) => ({ name: `i${String(at)}`, image })),
    },
    ...more,
  }) as V1Pod;

const pilot = "registry.istio.io/release/pilot:1.30.3";
const proxy = "gcr.io/istio-release/proxyv2:1.27.9-distroless";

describe("registries that close", () => {
  for (const [image, closes] of [
    [pilot, true],
    [proxy, true],
    ["registry.istio.io/release", true],
    ["gcr.io/istio-release", true],
    ["docker.io/istio/pilot:1.30.3", false],
    ["gcr.io/istio-release-mirror/pilot:1.30.3", false],
    ["mirror.example.com/registry.istio.io/release/pilot:1.30.3", false],
    ["gcr.io/istio-testing/pilot:latest", false],
  ] as const) {
    it(`${image}: ${closes ? "closes" : "stays"}`, () => {
      assert.equal(isClosing(image), closes);
    });
  }

  it("are found in containers and init containers of live pods, and counted by namespace and image", () => {
    const pods = [
      pod("istio-system", [pilot, pilot, "docker.io/x:1"]),
      pod("dev701", ["app:1"], {}, [proxy]),
      pod("dev701", ["app:1", proxy]),
      pod("dev701", [proxy], { status: { phase: "Succeeded" } }),
      pod("dev701", ["docker.io/istio/proxyv2:1.30.3"]),
    ];
    assert.deepEqual(closingImages(pods), [
      { namespace: "dev701", image: proxy, pods: 2 },
      { namespace: "istio-system", image: pilot, pods: 1 },
    ]);
  });

  it("the warning has the date and the remedy, which names the setting where that is the cause", () => {
    const found = [{ namespace: "dev701", image: proxy, pods: 2 }];
    const [line = ""] = closingText(found, "docker.io/istio");
    assert.match(line, /^2 pods of namespace dev701 run gcr\.io\/istio-release\/proxyv2:1\.27\.9-distroless: /);
    assert.match(line, /switched off in December 2026.* To move: run up, then restart .*-n dev701 rollout restart/);
    const [own = ""] = closingText(found, "gcr.io/istio-release");
    assert.match(own, /To move: set istio\.hub to docker\.io\/istio, run up, then restart/);
    assert.deepEqual(closingText([], undefined), []);
  });

  it("the preview says where the program overrides a default, and only there", () => {
    const note = (version: string, istio: object = {}) =>
      hubNote(version, effectiveHub(controlPlaneRelease(settingsOf({ istio: { version, ...istio } }))));
    assert.match(
      note("1.30.3") ?? "",
      /docker\.io\/istio: the charts' own default, registry\.istio\.io\/release, is swi/,
    );
    for (const version of ["1.4.6", "1.29.6", "1.31.0"]) assert.equal(note(version), undefined);
    assert.equal(note("1.30.3", { hub: "mirror.example.com/istio" }), undefined);
    assert.equal(note("1.30.3", { values: { global: { hub: "mirror.example.com/istio" } } }), undefined);
  });
});
