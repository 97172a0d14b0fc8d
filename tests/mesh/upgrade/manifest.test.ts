// What missingObjects.test.ts asks of a manifest by the way is not repeated here.
import assert from "node:assert/strict";
import { expectedObjects } from "../../../mesh/upgrade/manifest";

const nothing = { crds: [], deployments: [], daemonSets: [], jobs: [] };
const document = (kind: string, ...metadata: readonly string[]) =>
  [`kind: ${kind}`, "metadata:", ...metadata.map((line) => `  ${line}`), "spec:", "  name: inner"].join("\n");
const joined = (...documents: readonly string[]) => documents.map((one) => `---\n${one}\n`).join("");

describe("manifest: the name of an object", () => {
  for (const [title, kind, metadata] of [
    ["at once", "Deployment", ["name: istiod"]],
    [
      "after namespace and labels",
      "Deployment",
      ["namespace: istio-system", "labels:", "  app: istiod", "name: istiod"],
    ],
    ["not that of a label", "Deployment", ["labels:", "  name: other", "name: istiod"]],
    ["before a label of that name", "Deployment", ["name: istiod", "labels:", "  name: other"]],
    ["in double quotes", "Deployment", ['name: "istiod"']],
    ["in single quotes", "Deployment", ["name: 'istiod'"]],
    ["kind in quotes", '"Deployment"', ["name: istiod"]],
  ] as const) {
    it(`is found: ${title}`, () => {
      assert.deepEqual(expectedObjects(document(kind, ...metadata)), { ...nothing, deployments: ["istiod"] });
    });
  }

  it("is found where metadata end the document without a line break", () => {
    const short = "kind: DaemonSet\nmetadata:\n  name: ztunnel";
    assert.deepEqual(expectedObjects(short), { ...nothing, daemonSets: ["ztunnel"] });
  });

  it("is found where metadata come before the kind", () => {
    const turned = "metadata:\n  name: istiod\nkind: Deployment\n";
    assert.deepEqual(expectedObjects(turned), { ...nothing, deployments: ["istiod"] });
  });

  it("is not looked for outside of metadata: an object without one is passed over", () => {
    assert.deepEqual(expectedObjects(document("Deployment", "generateName: istiod-")), nothing);
  });
});

describe("manifest: which objects count", () => {
  it("several of a kind, in their order, each of its own document", () => {
    const manifest = joined(
      document("Deployment", "name: istio-pilot"),
      document("Service", "name: istio-pilot"),
      document("Deployment", "name: istio-galley"),
    );
    assert.deepEqual(expectedObjects(manifest).deployments, ["istio-pilot", "istio-galley"]);
  });

  it("a kind that only begins like one is another", () => {
    const manifest = joined(document("DeploymentConfig", "name: a"), document("JobTemplate", "name: b"));
    assert.deepEqual(expectedObjects(manifest), nothing);
  });

  it("an object that a HorizontalPodAutoscaler refers to is not the object", () => {
    const scaler =
      "kind: HorizontalPodAutoscaler\nmetadata:\n  name: istiod\nspec:\n  scaleTargetRef:\n    kind: Deployment";
    assert.deepEqual(expectedObjects(scaler), nothing);
  });

  it("a separator may carry a comment", () => {
    const manifest = `--- # one\n${document("Job", "name: a")}\n--- # two\n${document("Job", "name: b")}\n`;
    assert.deepEqual(expectedObjects(manifest).jobs, ["a", "b"]);
  });
});

describe("manifest: CRDs", () => {
  const definition = (name: string) => document("CustomResourceDefinition", `name: ${name}`);

  it("of all of Istio's groups", () => {
    const names = ["adapters.config.istio.io", "wasmplugins.extensions.istio.io", "istiooperators.install.istio.io"];
    assert.deepEqual(expectedObjects(joined(...names.map(definition))).crds, names);
  });

  it("of somebody else's group are not Istio's", () => {
    assert.deepEqual(expectedObjects(definition("gateways.gateway.networking.k8s.io")), nothing);
  });

  it("one that is named twice counts once", () => {
    const twice = joined(definition("rules.config.istio.io"), definition("rules.config.istio.io"));
    assert.deepEqual(expectedObjects(twice).crds, ["rules.config.istio.io"]);
  });

  it("several in one ConfigMap, with separators of their own, count each", () => {
    const inner = joined(definition("gateways.networking.istio.io"), definition("rules.config.istio.io"));
    const indented = inner.split("\n").map((line) => `    ${line}`);
    const manifest = ["kind: ConfigMap", "metadata:", "  name: istio-crd-10", "data:", "  all: |-", ...indented].join(
      "\n",
    );
    assert.deepEqual(expectedObjects(manifest), {
      ...nothing,
      crds: ["gateways.networking.istio.io", "rules.config.istio.io"],
    });
  });

  it("a role that names a definition's group does not bring it", () => {
    const role = "kind: ClusterRole\nmetadata:\n  name: gateways.networking.istio.io\n";
    assert.deepEqual(expectedObjects(role), nothing);
  });
});
