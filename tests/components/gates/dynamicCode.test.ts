import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { dynamicCode } from "../../../components/gates/dynamicCode";

// That the engine runs it is shown in tests/e2e.

describe("the code of a gate in the state", () => {
  for (const name of ["clientRestart", "faultGate", "meshRemoval", "sidecarRollout", "upgradeGate"] as const)
    it(`leads to ${name}`, () => {
      const module = { exports: {} as { handler?: () => { create?: unknown } } };
      runInNewContext(dynamicCode(name), { exports: module.exports, require });
      assert.equal(typeof module.exports.handler?.().create, "function");
    });
});
