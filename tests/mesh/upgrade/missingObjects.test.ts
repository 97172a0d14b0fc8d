import type { V1Deployment } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { crdOwner, judgeCrds } from "../../../mesh/upgrade/crds";
import { judge } from "../../../mesh/upgrade/gate";
import { expectedObjects } from "../../../mesh/upgrade/manifest";
import { missingObjects } from "../../../mesh/upgrade/missingObjects";
import { bothKnown, found, healthy, now, record, wanted } from "./gateSupport";

const definition = (name: string, indent = "") =>
  ["apiVersion: v1", "kind: CustomResourceDefinition", "metadata:", "  annotations:", "    a: b", `  name: ${name}`]
    .map((line) => indent + line)
    .join("\n");
const classic = [
  "---\n# Source: istio-init/templates/configmap-crd-10.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:",
  "  namespace: istio-system\n  name: istio-crd-10\ndata:\n  crd-10.yaml: |-",
  definition("virtualservices.networking.istio.io", "    "),
  "---\napiVersion: batch/v1\nkind: Job\nmetadata:\n  namespace: istio-system\n  name: istio-init-crd-10-1.4.6",
].join("\n");
const modern = [
  `---\n${definition("gateways.networking.istio.io")}\nspec:\n  names:\n    kind: Gateway`,
  "---\nkind: Deployment\napiVersion: apps/v1\nmetadata:\n  name: istiod\n  labels:\n    name: other",
  "---\nkind: DaemonSet\nmetadata:\n  name: istio-cni-node",
  "---\nkind: ValidatingWebhookConfiguration\nmetadata:\n  name: istio-validator\nwebhooks:\n- name: validation.istio.io",
].join("\n");

describe("what a release brings", () => {
  it("classic: definitions inside ConfigMaps, and the Jobs that apply them", () => {
    assert.deepEqual(expectedObjects(classic), {
      crds: ["virtualservices.networking.istio.io"],
      deployments: [],
      daemonSets: [],
      jobs: ["istio-init-crd-10-1.4.6"],
    });
  });

  it("modern: definitions, Deployments and DaemonSets; a webhook's name is no definition", () => {
    assert.deepEqual(expectedObjects(modern), {
      crds: ["gateways.networking.istio.io"],
      deployments: ["istiod"],
      daemonSets: ["istio-cni-node"],
      jobs: [],
    });
  });

  it("nothing of a record that cannot be read", () => {
    assert.deepEqual(expectedObjects(""), { crds: [], deployments: [], daemonSets: [], jobs: [] });
  });
});

describe("what a release lacks", () => {
  const deployment = (available: number, replicas = 1) => {
    const made: unknown = {
      metadata: { name: "istiod" },
      spec: { replicas },
      status: { availableReplicas: available },
    };
    return made as V1Deployment;
  };
  const there = {
    crds: ["gateways.networking.istio.io"],
    deployments: [deployment(1)],
    daemonSets: ["istio-cni-node"],
  };
  const records = [record("istiod", 1, { manifest: modern })];
  for (const [title, more, gone] of [
    ["all there", {}, []],
    ["a definition", { crds: [] }, ["CustomResourceDefinition gateways.networking.istio.io is gone"]],
    ["a Deployment", { deployments: [] }, ["Deployment istiod is gone"]],
    ["a DaemonSet", { daemonSets: [] }, ["DaemonSet istio-cni-node is gone"]],
    ["a ready pod", { deployments: [deployment(0)] }, ["Deployment istiod has no pod that is ready"]],
    ["nothing, where none are wanted", { deployments: [deployment(0, 0)] }, []],
  ] as const) {
    it(title, () => {
      const found = missingObjects(records, { ...there, ...more });
      assert.deepEqual(
        found.flatMap((one) => one.gone),
        gone,
      );
    });
  }

  it("a release that is not deployed is not looked at", () => {
    const none = { crds: [], deployments: [], daemonSets: [] };
    assert.deepEqual(missingObjects([record("istiod", 1, { status: "failed", manifest: modern })], none), []);
  });

  it("is repaired by applying the release again; Jobs only where a definition is gone", () => {
    const jobs = ["istio-init-crd-10-1.4.6"];
    const gone = ["a", "b", "c", "d"].map((name) => `CustomResourceDefinition ${name} is gone`);
    const missing = [
      { release: "istio-base", gone, jobs },
      { release: "istiod", gone: ["Deployment istiod is gone"], jobs: ["x"] },
    ];
    assert.deepEqual(judge(found({ missing, records: healthy }), wanted(bothKnown), now).repairs, [
      { release: "istio-base", secrets: [], jobs, why: `${gone.slice(0, 3).join(", ")} and 1 more` },
      { release: "istiod", secrets: [], jobs: [], why: "Deployment istiod is gone" },
    ]);
  });
});

describe("ownership of CRDs", () => {
  const name = "gateways.networking.istio.io";
  const other = { annotations: { "meta.helm.sh/release-name": "mesh", "meta.helm.sh/release-namespace": "infra" } };
  for (const [title, one, refused, adopt] of [
    ["Helm's, of our release", { name, ...crdOwner }, [], []],
    ["nobody's", { name }, [], [name]],
    ["ours without the label", { name, annotations: crdOwner.annotations }, [], [name]],
    [
      "another release's",
      { name, ...other },
      [`CRD ${name} belongs to Helm release mesh in infra: remove it there first`],
      [],
    ],
  ] as const) {
    it(title, () => {
      assert.deepEqual(judgeCrds("modern", [one]), { refused, adopt });
      assert.deepEqual(judgeCrds("classic", [one]), { refused: [], adopt: [] });
    });
  }
});
