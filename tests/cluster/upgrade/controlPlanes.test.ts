import assert from "node:assert/strict";
import { reasonOf } from "../../../cluster/client/errors";
import { readControlPlanes } from "../../../cluster/upgrade/controlPlanes";
import { dies, list, refusal, useApi } from "../../support/apiServer";
import { paths, planeDeployment, planePod, selector } from "../support/objects";

// What is asked for, and that what comes is judged; the judging itself is in tests/mesh/istio/controlPlanes.test.ts.

const [deployments, pods] = [paths.deployments("istio-system"), paths.pods("istio-system")];

describe("the control planes that run", () => {
  const api = useApi();

  it("are found by the labels of both layouts, each with what its ready pods run", async () => {
    api.answers = {
      [`GET ${deployments}`]: list(planeDeployment("istiod", "1.30.3"), planeDeployment("istiod-new", "1.31.0", "new")),
      [`GET ${pods}`]: list(
        planePod("a", "1.30.3"),
        planePod("b", "1.29.1"),
        planePod("c", "1.31.0", { revision: "new", ready: false }),
      ),
    };
    assert.deepEqual(await readControlPlanes(api.cluster), [
      { revision: "default", name: "istiod", declared: "1.30.3", ready: ["1.29.1", "1.30.3"] },
      { revision: "new", name: "istiod-new", declared: "1.31.0", ready: [] },
    ]);
    assert.deepEqual([...api.asked].sort(), [`GET ${pods}${selector}`, `GET ${deployments}${selector}`]);
  });

  it("are none where nothing is installed", async () => {
    api.answers = { [`GET ${deployments}`]: list(), [`GET ${pods}`]: list() };
    assert.deepEqual(await readControlPlanes(api.cluster), []);
  });

  for (const [name, answer, reason] of [
    ["may not be seen", 403, /^not permitted \(HTTP 403\)$/],
    ["cannot be told", 500, /^HTTP 500$/],
    ["are asked of a server that dies", dies, /socket hang up/],
  ] as const) {
    it(`that ${name} are an error, not none`, async () => {
      for (const path of [deployments, pods]) {
        api.answers = { [`GET ${deployments}`]: list(), [`GET ${pods}`]: list(), [`GET ${path}`]: answer };
        assert.match(reasonOf(await refusal(readControlPlanes(api.cluster))), reason);
      }
    });
  }
});
