import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { controlPlaneRelease, targetVersion } from "../../../mesh/install/helmReleases";
import { controlPlanes, runningVersion } from "../../../mesh/istio/controlPlanes";
import { versionOf } from "../../../mesh/istio/images";
import { ownedRevision, servedRevision } from "../../../mesh/rollout/servingControlPlane";
import { pilotMetrics } from "../../../mesh/upgrade/pilotMetrics";
import { controlPlaneOf } from "../../../mesh/upgrade/revisions";
import { upgradeSteps } from "../../../mesh/upgrade/upgradeSteps";
import { settingsOf } from "../../support/settings";

const container = (version: string) => [{ name: "discovery", image: `docker.io/istio/pilot:${version}` }];

function deployment(name: string, version: string, revision?: string): V1Deployment {
  const labels = { app: "istiod", ...(revision === undefined ? {} : { "istio.io/rev": revision }) };
  const made: unknown = {
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: container(version) } },
    },
  };
  return made as V1Deployment;
}

function pod(version: string, ready: boolean, revision?: string): V1Pod {
  const labels = { app: "istiod", ...(revision === undefined ? {} : { "istio.io/rev": revision }) };
  const conditions = [{ type: "Ready", status: ready ? "True" : "False" }];
  const made: unknown = { metadata: { labels }, spec: { containers: container(version) }, status: { conditions } };
  return made as V1Pod;
}

describe("control planes", () => {
  it("in the middle of an upgrade both versions are ready, the lower first", () => {
    const found = controlPlanes([deployment("istiod", "1.30.3")], [pod("1.30.3", true), pod("1.29.6", true)]);
    assert.deepEqual(found, [{ revision: "default", name: "istiod", declared: "1.30.3", ready: ["1.29.6", "1.30.3"] }]);
    assert.equal(runningVersion(found[0]), "1.29.6");
  });

  it("versions are compared as versions: 1.4.10 is above 1.4.6", () => {
    const [found] = controlPlanes([deployment("istiod", "1.4.10")], [pod("1.4.10", true), pod("1.4.6", true)]);
    assert.deepEqual(found?.ready, ["1.4.6", "1.4.10"]);
  });

  it("one that is down counts as what the last finished update recorded, else as what is asked for", () => {
    const [found] = controlPlanes([deployment("istiod", "1.30.3")], [pod("1.30.3", false)]);
    assert.deepEqual(found?.ready, []);
    assert.equal(runningVersion(found, "1.29.6"), "1.29.6");
    assert.equal(runningVersion(found), "1.30.3");
    assert.equal(runningVersion(undefined, "1.29.6"), undefined);
  });

  it("revisions are told apart, with their pods", () => {
    const deployments = [deployment("istiod", "1.28.10", "default"), deployment("istiod-canary", "1.30.3", "canary")];
    const found = controlPlanes(deployments, [pod("1.28.10", true, "default"), pod("1.30.3", true, "canary")]);
    assert.deepEqual(
      found.map(({ revision, ready }) => [revision, ready]),
      [
        ["default", ["1.28.10"]],
        ["canary", ["1.30.3"]],
      ],
    );
    assert.equal(controlPlaneOf(found, { revision: "canary" })?.name, "istiod-canary");
    assert.equal(controlPlaneOf(found, {})?.name, "istiod");
  });

  it("a Deployment without the container is none", () => {
    const made: unknown = { spec: { template: { spec: { containers: [{ name: "kiali" }] } } } };
    assert.deepEqual(controlPlanes([made as V1Deployment], []), []);
  });
});

describe("which control plane serves an instance", () => {
  const settings = (istio: object, more = {}) => settingsOf({ istio: { version: "1.30.3", ...istio }, ...more });
  const canary = { revision: "canary" };
  for (const [title, one, served, owned] of [
    ["no revision", settings({}), undefined, "default"],
    ["a revision that the namespace does not use yet", settings(canary), undefined, "canary"],
    ["a revision", settings(canary, { injection: "revision" }), "canary", "canary"],
    ["labels by hand", settings(canary, { injection: "unmanaged" }), "canary", "canary"],
    ["another stack's", settings({ controlPlane: "shared" }), undefined, undefined],
  ] as const) {
    it(`${title}: ${served ?? "the one without a revision"}`, () => {
      assert.deepEqual([servedRevision(one), ownedRevision(one)], [served, owned]);
    });
  }

  it("sidecars get the settings' version, or that of a tag in the user's values", () => {
    assert.equal(targetVersion(controlPlaneRelease(settings({}))), "1.30.3");
    assert.equal(
      targetVersion(
        controlPlaneRelease(settings({ values: { global: { tag: "1.30.2-distroless" } }, allow: ["other-images"] })),
      ),
      "1.30.2",
    );
    assert.equal(
      targetVersion(controlPlaneRelease(settings({ values: { global: { tag: "nightly" } }, allow: ["other-images"] }))),
      "1.30.3",
    );
  });
});

describe("small readings", () => {
  it("the version of an image is its tag's", () => {
    assert.equal(versionOf("mirror.example.com:5000/istio/proxyv2:1.28.10-distroless"), "1.28.10");
    assert.equal(versionOf("mirror.example.com:5000/istio/proxyv2"), "unreadable");
    assert.equal(versionOf(), "unreadable");
  });

  it("a control plane's metrics are summed over their labels", () => {
    const text = [
      "# TYPE pilot_total_xds_rejects counter",
      'pilot_total_xds_rejects{type="type.googleapis.com/envoy.config.cluster.v3.Cluster"} 2',
      'pilot_total_xds_rejects{type="lds"} 1',
      'pilot_xds{version="1.29.6"} 10',
      'pilot_xds{version="1.30.3"} 2',
      "pilot_xds_pushes 9",
      "pilot_total_xds_internal_errors 7",
    ].join("\n");
    assert.deepEqual(pilotMetrics(text), { rejections: 3, connected: 12 });
    assert.deepEqual(pilotMetrics("pilot_total_xds_rejects 4\n"), { rejections: 4, connected: 0 });
  });

  it("the steps of an upgrade are one line, in their order", () => {
    const releases = ["istio-base", "istio-cni", "istiod", "kiali-server", "ztunnel", "istio-ingressgateway"];
    assert.equal(
      upgradeSteps("1.29.6", { version: "1.30.3", releases }),
      "Istio 1.29.6 to 1.30.3: CRDs (release istio-base), then node agent (release istio-cni), then control plane (release " +
        "istiod), then Kiali (release kiali-server), then sidecars, then ztunnel (release ztunnel), then gateway (release " +
        "istio-ingressgateway)",
    );
  });
});
