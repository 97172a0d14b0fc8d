// Plans only: that the charts accept these values is proved where they are rendered.
import assert from "node:assert/strict";
import {
  controlPlaneRelease,
  crdRelease,
  inOrder,
  planReleases,
  type PlanSettings,
  type Values,
} from "../../../mesh/install/helmReleases";
import { officialRepositories } from "../../../mesh/istio/releases";

type Istio = Partial<PlanSettings["istio"]>;
const off = { enabled: false, values: {} };
const parts = { dnsCapture: false, cni: off, ztunnel: off, gateway: off };
type Kiali = Partial<PlanSettings["kiali"]>;
const classic = (istio: Istio = {}, kiali: Kiali = {}): PlanSettings => ({
  layout: "classic",
  istio: { version: "1.4.6", values: {}, ...parts, ...istio },
  kiali: { enabled: true, values: {}, ...kiali },
});
const modern = (istio: Istio = {}, kiali: Kiali = {}): PlanSettings => ({
  layout: "modern",
  istio: { version: "1.30.3", values: {}, ...parts, ...istio },
  kiali: { enabled: true, values: {}, ...kiali },
});

const init = {
  name: "istio-init",
  chart: "istio-init",
  version: "1.4.6",
  repositories: officialRepositories("classic", "1.4.6"),
  values: { global: { hub: "docker.io/istio", tag: "1.4.6" } },
};
const base = {
  name: "istio-base",
  chart: "base",
  version: "1.30.3",
  repositories: officialRepositories("modern", "1.30.3"),
  values: {},
};
const classicValues = {
  global: { hub: "docker.io/istio", tag: "1.4.6" },
  gateways: { enabled: false },
  kiali: { enabled: true, dashboard: { secretName: "kiali" } },
};
describe("Helm releases: the CRDs' release", () => {
  it("classic", () => {
    assert.deepEqual(crdRelease(classic()), init);
  });
  it("modern", () => {
    assert.deepEqual(crdRelease(modern()), base);
  });
  it("classic with a mirror: the Jobs' image comes from there too", () => {
    const plan = crdRelease(classic({ hub: "mirror.example.com/istio" }));
    assert.deepEqual(plan.values, { global: { hub: "mirror.example.com/istio", tag: "1.4.6" } });
  });
  it("the user's values are for the control plane, not for it", () => {
    const values = { global: { tag: "other" }, pilot: {} };
    assert.deepEqual(crdRelease(classic({ values })), init);
    assert.deepEqual(crdRelease(modern({ values })), base);
  });
});

describe("Helm releases: the control plane's release", () => {
  it("classic", () => {
    assert.deepEqual(controlPlaneRelease(classic()), { ...init, name: "istio", chart: "istio", values: classicValues });
  });
  it("classic without Kiali", () => {
    assert.deepEqual(controlPlaneRelease(classic({}, { enabled: false })).values, {
      ...classicValues,
      kiali: { enabled: false },
    });
  });
  it("classic with an adopted name", () => {
    assert.equal(controlPlaneRelease(classic({ releaseName: "jam-istio" })).name, "jam-istio");
    assert.equal(controlPlaneRelease(modern({ releaseName: "mesh" })).name, "mesh");
    assert.equal(controlPlaneRelease(modern({ releaseName: "mesh", revision: "new" })).name, "mesh");
  });
  it("modern", () => {
    assert.deepEqual(controlPlaneRelease(modern()), {
      ...base,
      name: "istiod",
      chart: "istiod",
      values: { global: { hub: "docker.io/istio", tag: "1.30.3" } },
    });
  });
  it("the chart's own registry where that one stays", () => {
    for (const version of ["1.29.6", "1.31.0"])
      assert.deepEqual(controlPlaneRelease(modern({ version })).values, { global: { tag: version } });
  });
  it("a mirror is set in both layouts", () => {
    const hub = "mirror.example.com/istio";
    assert.deepEqual(controlPlaneRelease(classic({ hub })).values["global"], { hub, tag: "1.4.6" });
    assert.deepEqual(controlPlaneRelease(modern({ hub })).values["global"], { hub, tag: "1.30.3" });
  });
});

describe("Helm releases: the user's win", () => {
  const read = (values: Values) => controlPlaneRelease(classic({ values })).values;

  it("deep, and leave what is beside them", () => {
    assert.deepEqual(
      read({ global: { tag: "1.4.6-debug", proxy: { logLevel: "debug" } }, gateways: { enabled: true } }),
      {
        ...classicValues,
        global: { hub: "docker.io/istio", tag: "1.4.6-debug", proxy: { logLevel: "debug" } },
        gateways: { enabled: true },
      },
    );
  });
  it("over maps with a scalar or null, and over scalars with a map", () => {
    assert.deepEqual(read({ kiali: null, gateways: "none", global: { tag: { a: 1 } } }), {
      kiali: null,
      gateways: "none",
      global: { hub: "docker.io/istio", tag: { a: 1 } },
    });
  });
  it("lists are replaced, not joined", () => {
    const list = [{ name: "x" }, 2];
    assert.deepEqual(read({ kiali: { dashboard: ["a"] }, list }), {
      ...classicValues,
      kiali: { enabled: true, dashboard: ["a"] },
      list,
    });
  });
  it("and are not changed themselves", () => {
    const values = Object.freeze({ global: Object.freeze({ proxy: Object.freeze({ a: 1 }) }) });
    read(values);
    assert.deepEqual(values, { global: { proxy: { a: 1 } } });
  });
  it("in the modern layout too", () => {
    assert.deepEqual(
      controlPlaneRelease(modern({ values: { global: { tag: "x" }, pilot: { replicaCount: 2 } } })).values,
      {
        global: { hub: "docker.io/istio", tag: "x" },
        pilot: { replicaCount: 2 },
      },
    );
  });
});

describe("Helm releases: chart repositories", () => {
  it("{version} is replaced wherever it stands, in both layouts", () => {
    const chartRepository = "./{version}/charts-{version}";
    for (const plan of [crdRelease, controlPlaneRelease]) {
      assert.deepEqual(plan(classic({ chartRepository })).repositories, ["./1.4.6/charts-1.4.6"]);
      assert.deepEqual(plan(modern({ chartRepository })).repositories, ["./1.30.3/charts-1.30.3"]);
    }
  });
});

describe("Helm releases: all releases in their order", () => {
  for (const [name, settings, expected] of [
    ["classic", classic(), ["istio-init", "istio"]],
    ["classic, adopted", classic({ releaseName: "jam-istio" }), ["istio-init", "jam-istio"]],
    ["modern", modern(), ["istio-base", "istiod", "kiali-server"]],
    ["modern without Kiali", modern({}, { enabled: false }), ["istio-base", "istiod"]],
  ] as const) {
    it(name, () => {
      assert.deepEqual(
        inOrder(planReleases(settings)).map((plan) => plan.name),
        expected,
      );
    });
  }
});
