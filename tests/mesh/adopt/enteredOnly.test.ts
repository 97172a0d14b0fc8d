import assert from "node:assert/strict";
import { enteredOnly, type StateResource } from "../../../mesh/adopt/stateEntries";
import { ownerMark } from "../../../mesh/upgrade/helmHistory";
import { gateType, releaseType } from "../../../mesh/upgrade/stateTypes";

describe("what an adoption entered into the state, and no update has come to since", () => {
  const resource = (type: string, name: string, more: Partial<StateResource> = {}): StateResource => ({
    ...{ urn: `urn:${name}`, custom: true, type, id: name },
    ...more,
  });
  const release = (description?: string) => resource(releaseType, "istio-system/istiod", { inputs: { description } });
  const gate = resource(gateType, "gate");
  const entry = (outputs: object) =>
    resource("kubernetes:networking.istio.io/v1alpha3:ServiceEntry", "dev701/mysql", { outputs });
  const names = (...there: readonly StateResource[]) => enteredOnly(there, "dev701");

  it("a release, also where the update got past its gate", () => {
    assert.deepEqual(names(release()), ["istio-system/istiod"]);
    assert.deepEqual(names(gate, release()), ["istio-system/istiod"]);
    assert.deepEqual(names(gate, release(ownerMark("dev70"))), ["istio-system/istiod"]);
  });

  it("an object, where the update did not get there", () => {
    assert.deepEqual(names(entry({})), ["dev701/mysql"]);
    assert.deepEqual(names(gate, entry({})), []);
  });

  it("nothing of a stack that was deployed, also where its down was broken off after its gate", () => {
    const own = [release(ownerMark("dev701")), entry({ __fieldManager: "pulumi-kubernetes-1" })];
    assert.deepEqual(names(gate, ...own), []);
    assert.deepEqual(names(...own), []);
    assert.deepEqual(names(release(`${ownerMark("dev701")} repaired 2026-11-23T10:00:00.000Z`)), []);
  });

  it("nothing of a stack that was never deployed", () => {
    assert.deepEqual(names(), []);
  });
});
