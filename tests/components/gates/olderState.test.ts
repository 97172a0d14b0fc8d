import type * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { provider as oldClientRestart } from "../../../components/clientRestartProvider";
import { provider as oldFaultGate } from "../../../components/faultGateProvider";
import { provider as clientRestart } from "../../../components/gates/providers/clientRestart";
import { provider as faultGate } from "../../../components/gates/providers/faultGate";
import { memoryOf } from "../../../components/gates/providers/olderState";
import { provider as sidecarRollout } from "../../../components/gates/providers/sidecarRollout";
import { provider as upgradeGate } from "../../../components/gates/providers/upgradeGate";
import { provider as oldSidecarRollout } from "../../../components/sidecarRolloutProvider";
import { provider as oldUpgradeGate } from "../../../components/upgradeGateProvider";

// What a program up to November 2026 left in a state. The engine is not part of it.

const faults = { wanted: ["{}"], objects: ["VirtualService/fault-service-web-0123abcd"], known: [], off: false };
const flat = {
  kubernetes: { context: "dev" },
  ...{ stack: "dev701", namespace: "dev701", layout: "modern", version: "1.30.3", releaseName: "istio" },
  ...{
    controlPlane: "managed",
    planeRelease: "istiod",
    rest: "abcd",
    faults,
    known: [{ name: "istiod", revision: 2 }],
  },
  ...{ cluster: "a-uid", resumed: true, heal: [], recorded: "1.30.3", healed: { istiod: "2026-11-23T10:00:00.000Z" } },
};

describe("a state that an older program left", () => {
  const memory = memoryOf(flat);

  it("is read: what was asked, what was known, the cluster, and when a release was repaired", () => {
    const { desired, remembered, actions, repaired } = memory;
    assert.deepEqual(
      [desired?.stack, desired?.layout, desired?.controlPlaneRelease, desired?.faults.objects],
      ["dev701", "modern", "istiod", faults.objects],
    );
    assert.deepEqual([remembered?.known, remembered?.recorded], [flat.known, "1.30.3"]);
    assert.equal(actions?.cluster, "a-uid");
    assert.deepEqual(repaired, flat.healed);
  });

  it("of this program is taken as it is, and so is none", () => {
    assert.equal(memoryOf(memory), memory);
    assert.deepEqual(memoryOf({}), {});
  });

  it("is written anew by the next update, once", async () => {
    const [old, now] = ["an older program's", "this program's"].map((code) => ({ __provider: code }));
    const desired = { faults: { objects: [] } };
    const changes = async (provider: pulumi.dynamic.ResourceProvider, olds: object, more: object) =>
      (await provider.diff?.("id", { ...more, ...olds }, { ...more, ...now }))?.changes;
    for (const [provider, more] of [
      [upgradeGate, { desired }],
      [faultGate, { drill: "a", state: "off" }],
      [sidecarRollout, { version: "1.30.3", serving: { revision: "default" } }],
    ] as const) {
      assert.equal(await changes(provider, { ...old }, more), true);
      assert.equal(await changes(provider, { ...now }, more), false);
    }
  });

  it("finds the code that it names", () => {
    assert.deepEqual(
      [oldUpgradeGate, oldFaultGate, oldSidecarRollout, oldClientRestart],
      [upgradeGate, faultGate, sidecarRollout, clientRestart],
    );
  });
});
