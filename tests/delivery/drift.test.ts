import assert from "node:assert/strict";
import { driftOf, isClean, type Drift } from "../../delivery/drift/drift";
import { driftMetrics } from "../../delivery/drift/metrics";
import { mannerOf, scaledWorkloads } from "../../delivery/drift/rules";
import { driftText } from "../../delivery/drift/text";
import type { KubernetesObject } from "../../render/objects";

const object = (kind: string, more: object = {}, metadata: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name: "a", namespace: "istio-system", ...metadata },
  ...more,
});

const found = (kind: string, live: object, wanted: object, scaled: readonly string[] = []) => {
  const [is, should] = [object(kind, live), object(kind, wanted)];
  return driftOf(should, { state: "there", live: is, wanted: should }, scaled);
};

const paint = { bold: String, red: String, green: String, cyan: String, yellow: String };

const nothing: Drift = { stack: "dev701", drifted: [], unknown: [], compared: 2, presence: 1, byDesign: 0, notes: [] };

describe("drift: how an object is compared", () => {
  for (const [what, one, manner] of [
    ["field by field", object("Deployment"), "fields"],
    [
      "field by field, with annotations that the chart left empty",
      object("Service", {}, { annotations: null }),
      "fields",
    ],
    ["a Secret by its presence: its values are not known here", object("Secret"), "presence"],
    ["a Job by its presence", object("Job"), "presence"],
    ["a hook of Helm's not at all", object("Job", {}, { annotations: { "helm.sh/hook": "post-install" } }), "none"],
    ["a fault not at all", object("VirtualService", {}, { labels: { "jam-istio/fault": "active" } }), "none"],
  ] as const)
    it(what, () => {
      assert.equal(mannerOf(one), manner);
    });
});

describe("drift: what counts", () => {
  it("an empty value is as good as none: Helm's versions differ in whether they write it", () => {
    const { drifted } = found("ConfigMap", { data: { values: '{"a":1}' } }, { data: { values: '{"a":1,"b":null}' } });
    assert.equal(drifted, undefined);
  });

  it("a value is named from what is there to what should be", () => {
    assert.deepEqual(found("ConfigMap", { data: { a: "x" } }, { data: { a: "y" } }), {
      drifted: {
        name: "ConfigMap istio-system/a",
        kind: "changed",
        changes: [{ path: "data.a", kind: "changed", before: "x", after: "y" }],
      },
      byDesign: 0,
    });
  });

  it("istiod's certificate and failure policy in a webhook do not, what it is asked about does", () => {
    const webhook = (caBundle: string, failurePolicy: string, rules: readonly string[]) => ({
      webhooks: [{ name: "validation.istio.io", clientConfig: { caBundle }, failurePolicy, rules }],
    });
    const kind = "ValidatingWebhookConfiguration";
    assert.deepEqual(found(kind, webhook("abc", "Fail", []), webhook("", "Ignore", [])), { byDesign: 2 });
    const { drifted } = found(kind, webhook("abc", "Fail", []), webhook("", "Ignore", ["x"]));
    assert.deepEqual(
      drifted?.changes.map(({ path }) => path),
      ["webhooks[validation.istio.io].rules[0]"],
    );
  });

  it("replicas do, unless an autoscaler sets them", () => {
    const [is, should] = [{ spec: { replicas: 3 } }, { spec: { replicas: 1 } }];
    const scaler = object("HorizontalPodAutoscaler", { spec: { scaleTargetRef: { kind: "Deployment", name: "a" } } });
    assert.equal(found("Deployment", is, should).drifted?.kind, "changed");
    assert.deepEqual(found("Deployment", is, should, scaledWorkloads([scaler])), { byDesign: 1 });
  });

  it("a secret is not shown", () => {
    const env = (value: string) => ({ env: [{ name: "DB_PASSWORD", value }] });
    const { drifted } = found("Deployment", env("hunter1"), env("hunter2"));
    assert.doesNotMatch(JSON.stringify(drifted), /hunter/);
  });
});

describe("drift: what is said", () => {
  it("nothing drifted", () => {
    assert.ok(isClean(nothing));
    assert.equal(
      driftText(nothing, paint),
      "stack dev701: no drift was found\n2 objects compared, of 1 it was seen that they are there",
    );
  });

  it("what could not be compared is not clean, and is named", () => {
    const drift = { ...nothing, unknown: [{ name: "Role a", why: "not permitted (HTTP 403)" }] };
    assert.ok(!isClean(drift));
    assert.match(driftText(drift, paint), /^\? Role a: not permitted \(HTTP 403\)$/m);
    assert.match(driftMetrics(drift), /^jam_istio_drift_uncompared_objects\{stack="dev701"\} 1$/m);
  });

  it("what drifted, with the way to put it back", () => {
    const drifted = [{ name: "Role a", kind: "missing", changes: [] }] as const;
    const text = driftText({ ...nothing, drifted }, paint);
    assert.match(text, /^! Role a: is missing$/m);
    assert.match(text, /^To put back what was changed or is missing: npm run up -- dev701 --reapply$/m);
    assert.match(
      driftMetrics({ ...nothing, drifted }),
      /^jam_istio_drift_objects\{stack="dev701",kind="missing"\} 1$/m,
    );
  });
});
