// Kiali's part of the plans. That its chart takes these values is proved where it is rendered.
import assert from "node:assert/strict";
import { controlPlaneRelease, kialiRelease, type PlanSettings } from "../../../mesh/install/helmReleases";
import { officialKialiRepositories } from "../../../mesh/istio/releases";

type Istio = Partial<PlanSettings["istio"]>;
type Kiali = Partial<PlanSettings["kiali"]>;
const off = { enabled: false, values: {} };
const parts = { dnsCapture: false, cni: off, ztunnel: off, gateway: off };
const plan = (layout: PlanSettings["layout"], version: string, istio: Istio, kiali: Kiali): PlanSettings => ({
  layout,
  istio: { version, values: {}, ...parts, ...istio },
  kiali: { enabled: true, values: {}, ...kiali },
});
const classic = (istio: Istio = {}, kiali: Kiali = {}) => plan("classic", "1.4.6", istio, kiali);
const modern = (istio: Istio = {}, kiali: Kiali = {}) => plan("modern", "1.30.3", istio, kiali);

const inClassic = { enabled: true, dashboard: { secretName: "kiali" } };
const kialiServer = {
  name: "kiali-server",
  chart: "kiali-server",
  version: "2.26.0",
  repositories: officialKialiRepositories,
  values: { auth: { strategy: "token" }, login_token: { signing_key: "secret:kiali:value.txt" } },
};

describe("Helm releases: Kiali's release", () => {
  it("modern", () => {
    assert.deepEqual(kialiRelease(modern()), kialiServer);
  });
  for (const [version, kiali, mounted] of [
    ["1.26.0", "2.8.0", true],
    ["1.28.10", "2.17.0", true],
    ["1.29.6", "2.21.0", false],
  ] as const) {
    it(`with Istio ${version} ${mounted ? "asks for the mount of its key" : "leaves the mount to the chart"}`, () => {
      const custom = [{ name: "kiali", mount: "/kiali-override-secrets/login-token-signing-key" }];
      assert.deepEqual(kialiRelease(modern({ version })), {
        ...kialiServer,
        version: kiali,
        values: { ...kialiServer.values, ...(mounted ? { deployment: { custom_secrets: custom } } : {}) },
      });
    });
  }
  it("its image comes from a mirror, beside the mount; Istio's own registries have none", () => {
    const values = (version: string, hub: string) => kialiRelease(modern({ version, hub }))?.values;
    const own = kialiServer.values;
    assert.deepEqual(values("1.30.3", "mirror.example.com/istio"), {
      ...own,
      deployment: { image_name: "mirror.example.com/istio/kiali" },
    });
    const custom = [{ name: "kiali", mount: "/kiali-override-secrets/login-token-signing-key" }];
    assert.deepEqual(values("1.28.10", "mirror.example.com/istio"), {
      ...own,
      deployment: { image_name: "mirror.example.com/istio/kiali", custom_secrets: custom },
    });
    for (const hub of ["docker.io/istio", "registry.istio.io/release", "gcr.io/istio-release"])
      assert.deepEqual(values("1.30.3", hub), own);
  });
  it("the user's values win, deep", () => {
    const values = {
      auth: { strategy: "anonymous" },
      deployment: { image_name: "quay.example.com/kiali", replicas: 2 },
    };
    assert.deepEqual(kialiRelease(modern({ hub: "mirror.example.com/istio" }, { values }))?.values, {
      ...kialiServer.values,
      ...values,
    });
  });
  it("in the classic layout the mirror is in the control plane's values", () => {
    const kialiOf = (istio: Istio, more?: Kiali) => controlPlaneRelease(classic(istio, more)).values["kiali"];
    const hub = "mirror.example.com/istio";
    assert.deepEqual(kialiOf({ hub }), { ...inClassic, hub });
    assert.deepEqual(kialiOf({ hub: "docker.io/istio" }), inClassic);
    assert.deepEqual(kialiOf({ hub }, { enabled: false }), { enabled: false });
    assert.deepEqual(kialiOf({ hub, values: { kiali: { hub: "quay.io/kiali" } } }), {
      ...inClassic,
      hub: "quay.io/kiali",
    });
  });
  it("has its own repository, with Istio's version", () => {
    const own = modern({ chartRepository: "./istio" }, { enabled: true, chartRepository: "./kiali/{version}" });
    assert.deepEqual(kialiRelease(own)?.repositories, ["./kiali/1.30.3"]);
    assert.deepEqual(kialiRelease(modern({ chartRepository: "./istio" }))?.repositories, officialKialiRepositories);
  });
  it("is none in the classic layout, when it is off, and where no version is known", () => {
    assert.equal(kialiRelease(classic()), undefined);
    assert.equal(kialiRelease(modern({}, { enabled: false })), undefined);
    assert.equal(kialiRelease(modern({ version: "1.20.0" })), undefined);
  });
});
