// The plain cases stand in missingObjects.test.ts; here are the marks that are half there, and several CRDs at once.
import assert from "node:assert/strict";
import { crdOwner, crdReleaseName, judgeCrds, type Crd } from "../../../mesh/upgrade/crds";

const gateways = "gateways.networking.istio.io";
const rules = "destinationrules.networking.istio.io";
const annotations = (release: string, namespace: string) => ({
  "meta.helm.sh/release-name": release,
  "meta.helm.sh/release-namespace": namespace,
});
const belongs = (name: string, owner: string) => `CRD ${name} belongs to Helm release ${owner}: remove it there first`;
const judged = (...definitions: readonly Crd[]) => judgeCrds("modern", definitions);

describe("CRDs: marks that are half there", () => {
  for (const [title, marks] of [
    ["no marks", {}],
    ["Helm's label alone", { labels: crdOwner.labels }],
    ["the annotations alone", { annotations: crdOwner.annotations }],
    [
      "the annotations, and another tool's label",
      { ...crdOwner, labels: { "app.kubernetes.io/managed-by": "istioctl" } },
    ],
    [
      "other labels and annotations",
      { labels: { release: "istio" }, annotations: { "helm.sh/resource-policy": "keep" } },
    ],
    ["a namespace without a release", { annotations: { "meta.helm.sh/release-namespace": "istio-system" } }],
  ] as const) {
    it(`${title}: adopted`, () => {
      assert.deepEqual(judged({ name: gateways, ...marks }), { refused: [], adopt: [gateways] });
    });
  }
});

describe("CRDs: of a release", () => {
  it("ours, with more labels of its own, are left as they are", () => {
    const labels = { ...crdOwner.labels, chart: "istio" };
    assert.deepEqual(judged({ name: gateways, ...crdOwner, labels }), { refused: [], adopt: [] });
  });

  for (const [title, release, namespace] of [
    ["of another name", "istio-init", "istio-system"],
    ["of the same name in another namespace", crdReleaseName, "infra"],
  ] as const) {
    it(`${title} are refused, and not adopted`, () => {
      const one = { name: gateways, ...crdOwner, annotations: annotations(release, namespace) };
      assert.deepEqual(judged(one), { refused: [belongs(gateways, `${release} in ${namespace}`)], adopt: [] });
    });
  }

  it("the release they are marked as is the one that is installed", () => {
    assert.deepEqual(crdOwner.annotations, annotations("istio-base", "istio-system"));
    assert.deepEqual(crdOwner.labels, { "app.kubernetes.io/managed-by": "Helm" });
  });
});

describe("CRDs: several at once", () => {
  const foreign = { annotations: annotations("mesh", "infra") };

  it("each is judged by itself, in the order they were found", () => {
    assert.deepEqual(
      judged({ name: rules }, { name: gateways, ...foreign }, { name: "b" }, { name: "a", ...crdOwner }),
      {
        refused: [belongs(gateways, "mesh in infra")],
        adopt: [rules, "b"],
      },
    );
  });

  it("all that are somebody else's are named", () => {
    assert.deepEqual(judged({ name: gateways, ...foreign }, { name: rules, ...foreign }).refused, [
      belongs(gateways, "mesh in infra"),
      belongs(rules, "mesh in infra"),
    ]);
  });

  it("none is fine", () => {
    assert.deepEqual(judged(), { refused: [], adopt: [] });
  });

  it("in the classic layout they are not Helm's affair, whosever they are", () => {
    const all = [{ name: rules }, { name: gateways, ...foreign }];
    assert.deepEqual(judgeCrds("classic", all), { refused: [], adopt: [] });
  });
});
