import assert from "node:assert/strict";
import type { Observed } from "../../delivery/drift/drift";
import { diffText } from "../../delivery/formats/text";
import { liveDiff } from "../../delivery/liveDiff";
import { usualNoise } from "../../delivery/compare/noise";
import type { KubernetesObject } from "../../render/objects";

// What is shown of a cluster that was read. That the API server is asked, and what it answers, is tests/e2e/drift.test.ts.

const object = (kind: string, name: string, more: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "istio-system" },
  ...more,
});

const istiod = (tag: string, replicas = 1) =>
  object("Deployment", "istiod", {
    spec: {
      replicas,
      template: { spec: { containers: [{ name: "discovery", image: `docker.io/istio/pilot:${tag}` }] } },
    },
  });
const scaler = object("HorizontalPodAutoscaler", "istiod", {
  spec: { scaleTargetRef: { kind: "Deployment", name: "istiod" } },
});
const there = (live: KubernetesObject, wanted: KubernetesObject) => ({
  object: wanted,
  observed: { state: "there", live, wanted } satisfies Observed,
});
const paint = { bold: String, red: String, green: String, cyan: String, yellow: String };

describe("diff --live", () => {
  const looked = [
    there(object("ConfigMap", "istio", { data: { mesh: "a" } }), object("ConfigMap", "istio", { data: { mesh: "b" } })),
    there(istiod("1.29.6", 3), istiod("1.30.3")),
    there(scaler, scaler),
    there(object("Secret", "kiali"), object("Secret", "kiali")),
    { object: object("Service", "istiod", { spec: { ports: [] } }), observed: { state: "missing" } as const },
    { object: object("Role", "reader"), observed: { state: "unknown", why: "not permitted (HTTP 403)" } as const },
  ];
  const additional = ["EnvoyFilter istio-system/hand-made"];

  it("from what is there to what an update makes of it: what restarts pods first, an autoscaler's replicas hidden", () => {
    const diff = liveDiff("dev701", { looked, additional }, usualNoise);
    assert.deepEqual(
      diff.objects.map(({ kind, name }) => [kind, name]),
      [
        ["changed", "Deployment istio-system/istiod"],
        ["changed", "ConfigMap istio-system/istio"],
        ["added", "Service istio-system/istiod"],
      ],
    );
    assert.deepEqual([diff.equal, diff.hidden, diff.version], [2, 1, { before: "1.29.6", after: "1.30.3" }]);
    const text = diffText(diff, paint);
    assert.match(text, /^stack dev701 against the cluster: Istio 1\.29\.6 → 1\.30\.3$/m);
    assert.match(text, /^ {4}-docker\.io\/istio\/pilot:1\.29\.6\n {4}\+docker\.io\/istio\/pilot:1\.30\.3$/m);
    assert.match(
      text,
      /^note: there, and none of what is rendered: EnvoyFilter istio-system\/hand-made\. Helm removes/m,
    );
  });

  it("what could not be compared makes it incomplete, and is named", () => {
    const diff = liveDiff("dev701", { looked, additional: [] }, usualNoise);
    assert.equal(diff.complete, false);
    assert.deepEqual(diff.notes, [
      "INCOMPLETE: Role istio-system/reader could not be compared: not permitted (HTTP 403)",
    ]);
  });

  it("--all also shows what others set by design", () => {
    const [first] = liveDiff("dev701", { looked, additional }, undefined).objects;
    assert.ok(first?.changes.some(({ path }) => path === "spec.replicas"));
  });
});
