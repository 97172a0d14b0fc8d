// Plans only: that the charts accept these values is proved where they are rendered, and installed.
import assert from "node:assert/strict";
import { controlPlaneRelease, crdRelease, inOrder, planReleases } from "../../../mesh/install/helmReleases";
import { settingsOf } from "../../support/settings";

const on = { enabled: true };
const settings = (istio: object, version = "1.30.3") =>
  settingsOf({ istio: { version, ...istio }, kiali: { enabled: false } });
const valuesOf = (istio: object, name: string, version?: string) =>
  inOrder(planReleases(settings(istio, version))).find((plan) => plan.name === name)?.values;

describe("Helm releases: CRDs", () => {
  for (const [version, values, skipCrds] of [
    ["1.22.1", { base: { enableCRDTemplates: true } }, true],
    ["1.23.6", { base: { enableCRDTemplates: true } }, true],
    ["1.24.6", {}, undefined],
    ["1.30.3", {}, undefined],
  ] as const) {
    it(`${version}: ${skipCrds === true ? "as templates, which Helm upgrades" : "as the chart has them"}`, () => {
      const plan = crdRelease(settings({}, version));
      assert.deepEqual([plan.values, plan.skipCrds], [values, skipCrds]);
    });
  }

  it("validation is the revision's where no control plane without one is left", () => {
    const canary = settings({ revision: "canary" });
    assert.deepEqual(crdRelease(canary).values, { defaultRevision: "canary" });
    assert.deepEqual(crdRelease(canary, true).values, {});
  });
});

// 1.30's own registry closes.
const global = { hub: "docker.io/istio", tag: "1.30.3" };

describe("Helm releases: a revision", () => {
  it("names release and values of the control plane, and the gateway's", () => {
    const { name, values } = controlPlaneRelease(settings({ revision: "canary" }));
    assert.deepEqual([name, values], ["istiod-canary", { global, revision: "canary" }]);
    assert.deepEqual(valuesOf({ revision: "canary", gateway: on }, "istio-ingressgateway"), { revision: "canary" });
  });
});

describe("Helm releases: the optional parts", () => {
  it("the node agent is told the tag, and the control plane of the node agent", () => {
    assert.deepEqual(valuesOf({ cni: on }, "istio-cni"), { global });
    assert.deepEqual(valuesOf({ cni: on }, "istiod"), { global, pilot: { cni: { enabled: true } } });
  });

  it("ambient mode is a profile of the control plane and the node agent", () => {
    const parts = { cni: on, ztunnel: on };
    assert.equal(valuesOf(parts, "istiod")?.["profile"], "ambient");
    assert.equal(valuesOf(parts, "istio-cni")?.["profile"], "ambient");
    assert.deepEqual(valuesOf(parts, "ztunnel"), global);
  });

  it("a mirror reaches them, and the user's values win", () => {
    const parts = {
      hub: "mirror.example.com/istio",
      cni: { enabled: true, values: { global: { tag: "own" }, chained: false } },
      ztunnel: { enabled: true, values: { hub: "other.example.com" } },
    };
    assert.deepEqual(valuesOf(parts, "istio-cni"), {
      global: { tag: "own", hub: "mirror.example.com/istio" },
      profile: "ambient",
      chained: false,
    });
    assert.deepEqual(valuesOf(parts, "ztunnel"), { tag: "1.30.3", hub: "other.example.com" });
  });

  it("a release of another name is installed as that", () => {
    const parts = { cni: { ...on, releaseName: "agent" }, ztunnel: { ...on, releaseName: "tunnel" }, gateway: on };
    assert.deepEqual(
      inOrder(planReleases(settings(parts))).map(({ name, chart }) => [name, chart]),
      [
        ["istio-base", "base"],
        ["istiod", "istiod"],
        ["agent", "cni"],
        ["tunnel", "ztunnel"],
        ["istio-ingressgateway", "gateway"],
      ],
    );
  });

  it("none is there unless asked for", () => {
    assert.deepEqual(
      inOrder(planReleases(settings({}))).map(({ name }) => name),
      ["istio-base", "istiod"],
    );
  });
});
