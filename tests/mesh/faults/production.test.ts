import assert from "node:assert/strict";
import { productionReasons } from "../../../mesh/faults/production";

const reasons = (context: string, namespaceLabels = {}, namespace = "dev701") =>
  productionReasons({ context, namespaceLabels }, namespace);
const wayOut = (namespace: string) =>
  `: faults are not injected there. If it is none, say so: kubectl label namespace ${namespace} --overwrite jam-istio/production=false`;

describe("what is production", () => {
  const names = [
    ...["prod", "eks-PROD-1", "production", "my.production.eu", "prod-eu", "eu_prod", "prod2"],
    ...[
      "shannon-prod",
      "canon-prod",
      "knot.prod",
      "prd",
      "prd-eu",
      "eks_PRD1",
      "live",
      "eu-live",
      "LIVE-1",
      "arn:aws:eks:eu-central-1:1:cluster/prd",
    ],
  ];
  for (const name of names)
    it(`a context, a namespace, and an environment called ${name}`, () => {
      assert.deepEqual(reasons(name), [`the context "${name}" is called production${wayOut("dev701")}`]);
      assert.deepEqual(reasons("dev", {}, name), [`namespace ${name} is called production${wayOut(name)}`]);
      assert.deepEqual(reasons("dev", { env: name }), [
        `namespace dev701 is marked as production (label env: ${name})${wayOut("dev701")}`,
      ]);
    });

  for (const name of [
    ...["product", "products", "reproduce", "reproduction", "delivery", "olive", "alive", "liveness", "livestock"],
    ...["preprod1", "eu-pre-prod", "non-prod", "nonprod", "pre-prd", "not-live", "prdx", "dev701", ""],
  ])
    it(`not "${name}"`, () => {
      assert.deepEqual(reasons(name, { env: name, environment: name, stage: name }, name), []);
    });

  for (const [key, value] of [
    ["environment", "prd"],
    ["stage", "live"],
    ["example.com/env", "prod-eu"],
    ["tier", "Production"],
    ["jam-istio/production", "true"],
    ["jam-istio/production", "prod"],
    ["production", "true"],
    ["example.com/live", "yes"],
  ] as const)
    it(`a namespace with the label ${key}: ${value}`, () => {
      assert.equal(reasons("dev", { [key]: value }).length, 1);
    });

  for (const labels of [
    { app: "prod", team: "live", "kubernetes.io/metadata.name": "dev701" },
    { production: "false", env: "dev", environment: "test" },
    { "istio.io/rev": "prd", products: "true" },
  ])
    it(`not a namespace with the labels ${JSON.stringify(labels)}`, () => {
      assert.deepEqual(reasons("dev", labels), []);
    });

  it("the namespace's own label has the last word", () => {
    assert.deepEqual(reasons("eks-live", { env: "live", "jam-istio/production": "false" }, "live"), []);
  });
});
