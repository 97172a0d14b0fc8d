import type { PlanSettings } from "../../../mesh/install/helmReleases";
import { controlPlaneRelease, targetVersion } from "../../../mesh/install/helmReleases";
import type { Settings } from "../../../settings/types";
// The plain cases stand in controlPlanes.test.ts.
import assert from "node:assert/strict";
import type { Values } from "../../../mesh/install/helmReleases";
import { ownedRevision, servedRevision } from "../../../mesh/rollout/servingControlPlane";

const off = { enabled: false, values: {} };
const serving = (
  istio: Partial<PlanSettings["istio"]> = {},
  more: Partial<Pick<Settings, "injection" | "layout">> = {},
) => ({
  layout: "modern" as const,
  injection: "enabled" as const,
  istio: {
    version: "1.30.3",
    values: {},
    dnsCapture: false,
    ...{ cni: off, ztunnel: off, gateway: off },
    ...istio,
  },
  kiali: { enabled: false, values: {} },
  ...more,
});
const classic = (values: Values = {}) => serving({ version: "1.4.6", values }, { layout: "classic" });

describe("serving control plane: the revision whose sidecars an instance gets", () => {
  for (const [injection, revision, served] of [
    ["enabled", undefined, undefined],
    ["enabled", "canary", undefined],
    ["revision", "canary", "canary"],
    ["unmanaged", "canary", "canary"],
    ["unmanaged", undefined, undefined],
  ] as const) {
    it(`injection ${injection}, revision ${revision ?? "none"}: ${served ?? "the one without"}`, () => {
      assert.equal(servedRevision(serving({ revision }, { injection })), served);
    });
  }
});

describe("serving control plane: the revision that a stack installs", () => {
  for (const [controlPlane, revision, owned] of [
    ["managed", undefined, "default"],
    ["managed", "canary", "canary"],
    ["shared", undefined, undefined],
    ["shared", "canary", undefined],
  ] as const) {
    it(`control plane ${controlPlane}, revision ${revision ?? "none"}: ${owned ?? "none"}`, () => {
      assert.equal(ownedRevision({ istio: { ...serving({ revision }).istio, controlPlane } }), owned);
    });
  }
});

describe("serving control plane: the version that sidecars will have", () => {
  const tagged = (tag: unknown) => ({ global: { tag } });

  for (const [title, tag, version] of [
    ["a tag that is a version", "1.30.2", "1.30.2"],
    ["a tag with a variant", "1.30.2-distroless", "1.30.2"],
    ["a tag that is a word", "latest", "1.30.3"],
    ["a tag of a minor alone", "1.30", "1.30.3"],
    ["a tag that YAML read as a number", 1.3, "1.30.3"],
    ["an empty tag", "", "1.30.3"],
  ] as const) {
    it(`${title}: ${version}`, () => {
      assert.equal(targetVersion(controlPlaneRelease(serving({ values: tagged(tag) }))), version);
    });
  }

  it("is the settings', whatever else the user's values say of the images", () => {
    const values = { global: { hub: "mirror.example.com:5000/istio" }, pilot: { replicaCount: 2 } };
    assert.equal(targetVersion(controlPlaneRelease(serving({ values, hub: "mirror.example.com/1.2.3" }))), "1.30.3");
  });

  it("is a revision's own just the same", () => {
    assert.equal(targetVersion(controlPlaneRelease(serving({ revision: "canary" }))), "1.30.3");
    assert.equal(
      targetVersion(controlPlaneRelease(serving({ revision: "canary", values: tagged("1.30.2") }))),
      "1.30.2",
    );
  });

  it("comes from the same place in the classic layout", () => {
    assert.equal(targetVersion(controlPlaneRelease(classic())), "1.4.6");
    assert.equal(targetVersion(controlPlaneRelease(classic(tagged("1.4.10")))), "1.4.10");
  });

  it("is not changed by the tag of an optional part", () => {
    const cni = { enabled: true, values: tagged("1.30.1") };
    assert.equal(targetVersion(controlPlaneRelease(serving({ cni }))), "1.30.3");
  });
});
