// That the chart takes these values: tests/charts/modern.test.ts. What sidecars make of them: tests/dataplane/sharedPort.test.ts.
import assert from "node:assert/strict";
import { meshPlan } from "../../../mesh/meshPlan";
import { settingsOf } from "../../support/settings";

const planned = (istio: object) =>
  meshPlan(settingsOf({ istio: { version: "1.30.3", ...istio }, kiali: { enabled: false } })).mesh;
const values = (istio: object) => planned(istio).controlPlane.values["meshConfig"];
const metadata = (more: object = {}) => ({
  defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true", ...more } },
});

describe("DNS capture: values of the control plane's release", () => {
  it("are proxy metadata of the mesh, beside what the user's values say there", () => {
    const meshConfig = { accessLogFile: "/dev/stdout", defaultConfig: { proxyMetadata: { A: "b" } } };
    assert.deepEqual(values({ dnsCapture: true, values: { meshConfig } }), {
      accessLogFile: "/dev/stdout",
      ...metadata({ A: "b" }),
    });
  });

  it("lose against the user's", () => {
    const meshConfig = metadata({ ISTIO_META_DNS_CAPTURE: "false" });
    assert.deepEqual(values({ dnsCapture: true, values: { meshConfig } }), meshConfig);
  });

  it("up to 1.24 ask for addresses, too; from 1.25 on Istio calls that deprecated", () => {
    const both = metadata({ ISTIO_META_DNS_AUTO_ALLOCATE: "true" });
    assert.deepEqual(values({ dnsCapture: true, version: "1.24.6" }), both);
    assert.deepEqual(values({ dnsCapture: true, version: "1.25.0" }), metadata());
  });

  it("are none by default, and none of other releases", () => {
    assert.equal(values({}), undefined);
    const others = (istio: object) => ({ ...planned(istio), controlPlane: undefined });
    assert.deepEqual(others({ dnsCapture: true }), others({}));
  });
});
