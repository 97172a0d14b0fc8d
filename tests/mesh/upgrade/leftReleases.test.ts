import assert from "node:assert/strict";
import { leftReleases } from "../../../mesh/upgrade/leftReleases";
import { ownerMark } from "../../../mesh/upgrade/helmHistory";
import { found, known, record, wanted } from "./gateSupport";

describe("releases that nobody has any more", () => {
  const cni = record("istio-cni", 1, { description: ownerMark("dev701") });
  const half = record("istio-cni", 1, { status: "pending-install" });
  const asked = ["istio-base", "istio-cni", "istiod"];
  const left = (record_: typeof cni, more = {}) =>
    leftReleases(found({ records: [record_] }), wanted({ asked, ...more }));

  for (const [what, one, status] of [
    ["that a killed run finished", cni, "deployed"],
    ["that a killed run left half made", half, "pending-install"],
  ] as const)
    it(`one ${what} is named, with the line that removes it`, () => {
      assert.deepEqual(left(one), [
        `release istio-cni (${status}) was left by a run that was broken off; neither the settings nor the state have it, so it stays. ` +
          "To remove it: helm -n istio-system uninstall istio-cni",
      ]);
    });

  it("one with the stack's mark is named by every run", () => {
    assert.equal(left(cni, { asked: undefined }).length, 1);
  });

  for (const [what, one, more] of [
    ["that the settings ask for", cni, { releases: asked }],
    ["that the state knows: Pulumi removes it", cni, { known: known(1, "istio-cni") }],
    ["that is half made, and that no run of this stack asked for", half, { asked: [] }],
    ["of another stack", record("istio-cni", 1, { description: ownerMark("dev70") }), {}],
    ["that is gone, with its history kept", record("istio-cni", 1, { status: "uninstalled" }), {}],
  ] as const)
    it(`none ${what}`, () => {
      assert.deepEqual(left(one, more), []);
    });
});
