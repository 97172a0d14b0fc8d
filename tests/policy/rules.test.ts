import assert from "node:assert/strict";
import { downgrade, faultsInProduction, faultsWithoutEnd, secretInValues } from "../../policy/rules";

// The rules alone; that the engine asks them is shown in tests/e2e/policy.test.ts.

const gate = ({ recorded, ...desired }: { recorded?: string; production?: boolean; target?: string }) => ({
  type: "pulumi-nodejs:dynamic/jam-istio:UpgradeGate",
  name: "upgrade-gate",
  props: { desired, remembered: { recorded } },
});
const fault = (annotations: object, state = "on") => ({
  type: "pulumi-nodejs:dynamic/jam-istio:FaultGate",
  name: "fault-gate",
  props: {
    state,
    objects: [
      { kind: "Service", metadata: { name: "fake-service", annotations } },
      { kind: "VirtualService", metadata: { name: "fault-service-web", annotations } },
    ],
  },
});
const release = (values: object) => ({ type: "kubernetes:helm.sh/v3:Release", name: "istiod", props: { values } });

describe("the policy pack's rules", () => {
  it("no faults in production", () => {
    const one = fault({});
    assert.deepEqual(faultsInProduction([gate({ production: true }), one]), [
      "fault-service-web: faults are not injected into a production instance",
    ]);
    assert.deepEqual(faultsInProduction([gate({ production: false }), one]), []);
    assert.deepEqual(faultsInProduction([gate({ production: true })]), []);
  });

  it("no fault without an end", () => {
    const missing = ["fault-service-web: set faultInjection.expires"];
    assert.deepEqual(faultsWithoutEnd(fault({ "jam-istio/end": "none" })), missing);
    assert.deepEqual(faultsWithoutEnd(fault({})), missing);
    assert.deepEqual(faultsWithoutEnd(fault({ "jam-istio/end": "2030-01-01T00:00:00.000Z" })), []);
    assert.deepEqual(faultsWithoutEnd(fault({}, "ended")), []);
    assert.deepEqual(faultsWithoutEnd(release({})), []);
  });

  it("no downgrade", () => {
    assert.equal(
      downgrade(gate({ recorded: "1.30.3", target: "1.29.6" })),
      "Istio is downgraded from 1.30.3 to 1.29.6",
    );
    assert.equal(downgrade(gate({ recorded: "1.4.6", target: "1.4.10" })), undefined);
    assert.equal(downgrade(gate({ target: "1.4.10" })), undefined);
  });

  it("no secret in clear, at any depth; of its value nothing is said", () => {
    assert.deepEqual(secretInValues(release({ a: { registryPassword: "hunter2" }, tokens: 3, apiKey: "" })), [
      "istiod: values.a.registryPassword looks like a secret in clear",
    ]);
    assert.deepEqual(secretInValues(release({ global: { tag: "1.30.3" } })), []);
  });
});
