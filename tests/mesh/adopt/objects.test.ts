import assert from "node:assert/strict";
import { givenTo } from "../../../mesh/adopt/given";
import { missingValues } from "../../../mesh/adopt/missingValues";
import { ofPartNames } from "../../../mesh/adopt/ofNames";
import { changesBetween, changesOf, isMadeAnew, merged, replacesPods, withRemovals } from "../../../mesh/adopt/objects";

const deployment = (spec: object) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "istiod" },
  spec,
});

describe("adoption: what becomes of an object", () => {
  it("what only the old text had is taken out, item by item where the server merges lists", () => {
    const before = { a: 1, gone: { x: 1 }, env: [{ name: "A", value: "1" }, { name: "B" }], args: ["x", "y"] };
    const after = { a: 2, env: [{ name: "A" }], args: ["x"] };
    assert.deepEqual(withRemovals(before, after, true), {
      a: 2,
      gone: null,
      env: [
        { name: "A", value: null },
        { name: "B", $patch: "delete" },
      ],
      args: ["x"],
    });
    assert.deepEqual(withRemovals(before, after, false).env, after.env, "where it does not, the list is replaced");
  });

  it("a merge keeps what the new text does not speak of", () => {
    assert.deepEqual(merged({ a: { b: 1, c: 2 }, list: [1, 2] }, { a: { b: 3 }, list: [4] }), {
      a: { b: 3, c: 2 },
      list: [4],
    });
  });

  it("changes are told field by field; what the server and Istio write is none", () => {
    const live = { ...deployment({ replicas: 1, ports: [{ port: 1 }] }), status: { ready: 1 } };
    const after = { ...deployment({ replicas: 2, ports: [{ port: 2 }] }), status: {} };
    assert.deepEqual(changesBetween(live, after), [
      { path: "spec.replicas", from: "1", to: "2" },
      { path: "spec.ports[0].port", from: "1", to: "2" },
    ]);
  });

  it("what istiod sets in its webhooks is no change, the rest of them is", () => {
    const hook = (caBundle: string, failurePolicy: string, port: number) => ({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "istio-validator-istio-system" },
      webhooks: [{ clientConfig: { caBundle, service: { port } }, failurePolicy }],
    });
    assert.deepEqual(changesOf(hook("by istiod", "Fail", 443), hook("", "Ignore", 443)), []);
    assert.deepEqual(changesOf(hook("by istiod", "Fail", 443), hook("", "Ignore", 444)), [
      { path: "webhooks[0].clientConfig.service.port", from: "443", to: "444" },
    ]);
  });

  it("of a long text the lines that differ, and no secret", () => {
    const text = (key: string, level: string) => ({ data: { config: `signing_key: "${key}"\nlevel: ${level}\n` } });
    assert.deepEqual(changesBetween(text("abcdefgh", "info"), text("ijklmnop", "info")), [
      { path: "data.config (1 line)", from: "signing_key: (not shown)", to: "signing_key: (not shown)" },
    ]);
    assert.deepEqual(changesBetween(text("abcdefgh", "info"), text("abcdefgh", "debug")), [
      { path: "data.config (1 line)", from: "level: info", to: "level: debug" },
    ]);
    assert.deepEqual(changesBetween({ password: "a-secret" }, { password: "another" }), [
      { path: "password", from: "(not shown)", to: "(not shown)" },
    ]);
  });

  it("pods are replaced where a workload's template changes, and nowhere else", () => {
    const change = (path: string) => replacesPods(deployment({}), [{ path }]);
    assert.deepEqual([change("spec.template.spec.containers[0].image"), change("spec.replicas")], [true, false]);
  });

  it("a hook is in the way where Helm does not take the old one away first", () => {
    const hook = (annotations: Record<string, string>) => ({ ...deployment({}), metadata: { name: "x", annotations } });
    const when = { "helm.sh/hook": "post-install, post-upgrade" };
    assert.equal(isMadeAnew(hook({ ...when, "helm.sh/hook-delete-policy": "hook-succeeded" }), "upgrade"), true);
    assert.equal(isMadeAnew(hook({ ...when, "helm.sh/hook-delete-policy": "before-hook-creation" }), "upgrade"), false);
    assert.equal(isMadeAnew(hook(when), "upgrade"), false, "that is Helm's default");
    assert.equal(
      isMadeAnew(hook({ "helm.sh/hook": "test-success", "helm.sh/hook-delete-policy": "x" }), "upgrade"),
      false,
    );
  });
});

describe("adoption: releases of the optional parts", () => {
  const planned = (name: string, chart: string) => ({ name, chart, values: {}, objects: [] });
  const found = (...releases: readonly (readonly [string, string])[]) => ({
    releases: releases.map(([name, chart]) => ({
      ...{ name, chart, chartVersion: "1.28.10", revision: 1, status: "deployed", description: "" },
      ...{ given: {}, objects: [], records: [] },
    })),
  });
  const plans = [planned("istio-cni", "cni"), planned("istiod", "istiod"), planned("istio-ingressgateway", "gateway")];

  it("under another name are told with the setting that keeps it: their pods carry it", () => {
    assert.deepEqual(ofPartNames(found(["agent", "cni"], ["mesh", "istiod"]), { plans }), [
      "the release of chart cni is called agent, and its pods are labelled with it: set istio.cni.releaseName: agent. As istio-cni " +
        "they would be other ones",
    ]);
  });

  it("several of one chart are told apart by a person; one that has the name is right", () => {
    assert.deepEqual(ofPartNames(found(["east", "gateway"], ["west", "gateway"]), { plans }), [
      "releases east and west have chart gateway: set istio.gateway.releaseName to one of them; the others stay with Helm",
    ]);
    assert.deepEqual(ofPartNames(found(["east", "gateway"], ["istio-ingressgateway", "gateway"]), { plans }), []);
  });
});

describe("adoption: values that the settings lack", () => {
  it("are those of keys that the settings do not speak of", () => {
    const found = { pilot: { traceSampling: 10, cpu: 1 }, global: { tag: "1.4.6" }, empty: {} };
    assert.deepEqual(missingValues(found, { pilot: { cpu: 2 }, global: { tag: "1.4.10" } }), {
      pilot: { traceSampling: 10 },
    });
  });

  it("an umbrella has them below its chart's name, and its global ones beside", () => {
    const chart = { metadata: { name: "jam-istio", dependencies: [{ name: "istio" }] } };
    const config = { jam: { namespace: "x" }, istio: { pilot: { a: 1 } }, global: { hub: "h" } };
    assert.deepEqual(givenTo(chart, config), { pilot: { a: 1 }, global: { hub: "h" } });
    assert.deepEqual(givenTo({ metadata: { name: "istiod" } }, { pilot: {} }), { pilot: {} });
    assert.deepEqual(givenTo(undefined, null), {});
  });
});
