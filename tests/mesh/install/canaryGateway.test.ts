import assert from "node:assert/strict";
import { withServedGateway, type DeployedRelease } from "../../../mesh/install/canaryGateway";
import { meshPlan } from "../../../mesh/meshPlan";
import { canarySteps, stayingNotes } from "../../../mesh/upgrade/canarySteps";
import { settingsOf } from "../../support/settings";

const name = "istio-ingressgateway";
const gateway = { enabled: true, values: { replicaCount: 3 } };
const istio = { version: "1.30.3", revision: "new", gateway };
const before: readonly DeployedRelease[] = [
  { name: "istiod", chart: "istiod", version: "1.28.10" },
  { name, version: "1.28.10" },
];
const planned = (sections: object, deployed = before) => {
  const plan = withServedGateway(meshPlan(settingsOf({ istio, kiali: { enabled: false }, ...sections })), deployed);
  const own = plan.releases.find((one) => one.name === name);
  assert.deepEqual(
    plan.mesh.proxies.find((one) => one.name === name),
    own,
  );
  return [own?.version, own?.values, plan.staying];
};

describe("the ingress gateway beside a canary", () => {
  it("keeps what it has while the old control plane serves the instance; its own settings go on", () => {
    assert.deepEqual(planned({}), ["1.28.10", { replicaCount: 3 }, [name]]);
    const labelled = [{ name, version: "1.29.6", revision: "older" }];
    assert.deepEqual(planned({}, labelled), ["1.29.6", { replicaCount: 3, revision: "older" }, [name]]);
  });

  it("comes new in the version of what serves it", () => {
    assert.deepEqual(planned({}, before.slice(0, 1)), ["1.28.10", { replicaCount: 3 }, [name]]);
    assert.deepEqual(planned({}, []), ["1.30.3", { replicaCount: 3 }, [name]]);
  });

  it("moves with the instance", () => {
    assert.deepEqual(planned({ injection: "revision" }), ["1.30.3", { replicaCount: 3, revision: "new" }, undefined]);
  });

  it("goes where its own values say", () => {
    const own = { ...gateway, values: { revision: "new" } };
    assert.deepEqual(planned({ istio: { ...istio, gateway: own } }), ["1.30.3", { revision: "new" }, undefined]);
  });

  it("is nothing special without a revision", () => {
    assert.deepEqual(planned({ istio: { version: "1.30.3", gateway } }), ["1.30.3", { replicaCount: 3 }, undefined]);
  });

  it("is said to stay, and what revisions share is said to move", () => {
    const run = {
      version: "1.30.3",
      releases: ["istio-base", "istio-cni", "istiod-new", name],
      controlPlaneRelease: "istiod-new",
      staying: [name],
    };
    assert.equal(
      canarySteps(run),
      "Istio 1.30.3 comes beside what runs (release istiod-new). Revisions share the rest of the mesh, which moves to 1.30.3 now: " +
        "CRDs (release istio-base), node agent (release istio-cni)",
    );
    assert.deepEqual(stayingNotes(run.staying), [
      "gateway (release istio-ingressgateway) stays as it is: it moves with the instance, by injection: revision",
    ]);
    assert.deepEqual(stayingNotes(), []);
  });
});
