import assert from "node:assert/strict";
import { compareObjects } from "../../delivery/compare/compare";
import { usualNoise } from "../../delivery/compare/noise";
import { changeLines } from "../../delivery/formats/lines";
import type { KubernetesObject } from "../../render/objects";

const object = (kind: string, name: string, rest: object = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "istio-system" },
  ...rest,
});

const compared = (before: readonly KubernetesObject[], after: readonly KubernetesObject[], noise = usualNoise) =>
  compareObjects(before, after, noise);

/** What is shown of the one object that differs, line by line. */
function lines(before: object, after: object, kind = "Thing"): readonly string[] {
  const { objects } = compared([object(kind, "a", before)], [object(kind, "a", after)]);
  return objects.flatMap(({ changes }) => changes.flatMap(changeLines));
}

const deployment = (image: string, labels: object = {}) =>
  object("Deployment", "istiod", {
    apiVersion: "apps/v1",
    spec: { template: { metadata: { labels }, spec: { containers: [{ name: "discovery", image }] } } },
  });

describe("the comparison of rendered objects: places", () => {
  it("containers, variables and ports are told apart by their names, wherever they stand", () => {
    const container = (image: string, env: readonly object[]) => ({ name: "discovery", image, env });
    assert.deepEqual(
      lines(
        {
          containers: [
            container("pilot:1", [
              { name: "A", value: "1" },
              { name: "B", value: "2" },
            ]),
            { name: "x" },
          ],
        },
        { containers: [container("pilot:2", [{ name: "B", value: "3" }]), { name: "x" }] },
      ),
      [
        ...["@@ containers[discovery].env[A] @@", "-name: A", "-value: '1'"],
        ...["@@ containers[discovery].env[B].value @@", "-2", "+3"],
        ...["@@ containers[discovery].image @@", "-pilot:1", "+pilot:2"],
      ],
    );
  });

  it("ports without a name by number and protocol", () => {
    assert.deepEqual(
      lines(
        {
          ports: [
            { containerPort: 53, protocol: "UDP" },
            { containerPort: 53, protocol: "TCP", hostPort: 1 },
          ],
        },
        {
          ports: [
            { containerPort: 53, protocol: "UDP" },
            { containerPort: 53, protocol: "TCP", hostPort: 2 },
          ],
        },
      ),
      ["@@ ports[53/TCP].hostPort @@", "-1", "+2"],
    );
  });

  it("rules of a role by what they are about", () => {
    const rule = (verbs: readonly string[]) => ({ apiGroups: [""], resources: ["pods", "nodes"], verbs });
    const other = { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get"] };
    assert.deepEqual(lines({ rules: [rule(["get"]), other] }, { rules: [other, rule(["get", "list"])] }), [
      "@@ rules[pods,nodes].verbs[1] @@",
      "+list",
      ...["@@ order of rules @@", "-- pods,nodes", "-- apps/deployments", "+- apps/deployments", "+- pods,nodes"],
    ]);
  });

  it("another order of containers is said", () => {
    assert.deepEqual(lines({ c: [{ name: "a" }, { name: "b" }] }, { c: [{ name: "b" }, { name: "a" }] }), [
      ...["@@ order of c @@", "-- a", "-- b", "+- b", "+- a"],
    ]);
  });

  it("entries without a name in their order: one in the middle moves no other", () => {
    assert.deepEqual(lines({ args: ["a", "b", "c"] }, { args: ["a", "x", "b", "c"] }), ["@@ args[1] @@", "+x"]);
    assert.deepEqual(lines({ http: [{ match: 1, to: 1 }] }, { http: [{ match: 1, to: 2 }] }), [
      "@@ http[0].to @@",
      "-1",
      "+2",
    ]);
  });

  it("a text of many lines by line, with three around", () => {
    const text = (line: string) => ["1", "2", "3", "4", line, "6", "7", "8", "9", ""].join("\n");
    assert.deepEqual(lines({ data: { config: text("five") } }, { data: { config: text("5") } }), [
      "@@ data.config, line 2 @@",
      ...[" 2", " 3", " 4", "-five", "+5", " 6", " 7", " 8"],
    ]);
  });

  it("JSON on one line by its places", () => {
    const values = (tag: string) => JSON.stringify({ global: { tag, hub: "docker.io/istio" } });
    assert.deepEqual(lines({ data: { values: values("1.4.6") } }, { data: { values: values("1.4.10") } }), [
      "@@ data.values.global.tag @@",
      "-1.4.6",
      "+1.4.10",
    ]);
  });

  it("a key with dots is quoted", () => {
    assert.deepEqual(lines({ data: { "a.b/c": 1 } }, { data: { "a.b/c": 2 } }), ['@@ data["a.b/c"] @@', "-1", "+2"]);
  });
});

describe("the comparison of rendered objects: which are the same", () => {
  const job = (version: string) =>
    object("Job", `istio-init-crd-10-${version}`, {
      spec: { template: { spec: { containers: [{ name: "crd-10", image: `kubectl:${version}` }] } } },
    });

  it("a version in the name is a new name of the same object", () => {
    const { objects } = compared([job("1.4.6")], [job("1.4.10")]);
    assert.deepEqual(
      objects.map(({ kind, name, before, group }) => [kind, name, before, group]),
      [["renamed", "Job istio-system/istio-init-crd-10-1.4.10", "istio-init-crd-10-1.4.6", "restarts"]],
    );
  });

  it("so is another name for the same content", () => {
    const data = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((key) => [key, key]));
    const { objects } = compared([object("ConfigMap", "old", { data })], [object("ConfigMap", "new", { data })]);
    assert.deepEqual(
      objects.map(({ kind, before }) => [kind, before]),
      [["renamed", "old"]],
    );
  });

  it("another object of the kind is not", () => {
    const { objects } = compared(
      [object("ConfigMap", "old", { data: { a: "1", b: "2" } })],
      [object("ConfigMap", "new", { data: { c: "3", d: "4" } })],
    );
    assert.deepEqual(
      objects.map(({ kind }) => kind),
      ["added", "removed"],
    );
  });

  it("another version of its API is the same object", () => {
    const budget = (version: string) => object("PodDisruptionBudget", "istiod", { apiVersion: `policy/${version}` });
    const { objects } = compared([budget("v1beta1")], [budget("v1")]);
    assert.deepEqual(
      objects.map(({ kind, changes }) => [kind, changes.map(({ path }) => path)]),
      [["changed", ["apiVersion"]]],
    );
  });
});

describe("the comparison of rendered objects: what is shown first, and what is not", () => {
  it("what restarts pods, definitions, webhooks and rights come first", () => {
    const crds = "apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition\n";
    const { objects } = compared(
      [],
      [
        object("Service", "a"),
        object("ClusterRole", "b"),
        object("MutatingWebhookConfiguration", "c"),
        object("ConfigMap", "d", { data: { "crd-10.yaml": crds } }),
        object("CustomResourceDefinition", "e"),
        deployment("pilot:1"),
      ],
    );
    assert.deepEqual(
      objects.map(({ group, name }) => `${group} ${name.split(" ")[0] ?? ""}`),
      [
        ...["restarts Deployment", "definitions ConfigMap", "definitions CustomResourceDefinition"],
        ...["webhooks MutatingWebhookConfiguration", "rights ClusterRole", "rest Service"],
      ],
    );
  });

  it("a Deployment whose template stays restarts nothing", () => {
    const scaled = {
      ...deployment("pilot:1"),
      metadata: { name: "istiod", namespace: "istio-system", labels: { a: "b" } },
    };
    assert.deepEqual(
      compared([deployment("pilot:1")], [scaled]).objects.map(({ group }) => group),
      ["rest"],
    );
  });

  it("labels with the chart's version are hidden and counted; --all shows them", () => {
    const labelled = (chart: string) => ({
      ...object("Service", "a"),
      metadata: { name: "a", labels: { "helm.sh/chart": chart, chart, "app.kubernetes.io/version": chart } },
    });
    const sides = [[labelled("istiod-1.30.2")], [labelled("istiod-1.30.3")]] as const;
    const { objects, noisy, hidden, equal } = compared(...sides);
    assert.deepEqual([objects, noisy, hidden, equal], [[], 1, 3, 0]);
    assert.equal(compared(...sides, []).objects[0]?.changes.length, 3);
  });

  it("where only such a label of a template changes, its pods restart all the same", () => {
    const [change] = compared([deployment("p:1", { chart: "a-1" })], [deployment("p:1", { chart: "a-2" })]).objects;
    assert.deepEqual([change?.group, change?.changes, change?.hidden], ["restarts", [], 1]);
  });

  it("own patterns hide, too", () => {
    const { hidden } = compared(
      [object("A", "a", { spec: { x: 1 } })],
      [object("A", "a", { spec: { x: 2 } })],
      ["spec.*"],
    );
    assert.equal(hidden, 1);
  });
});
