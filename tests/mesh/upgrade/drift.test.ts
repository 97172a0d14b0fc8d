import assert from "node:assert/strict";
import { judge } from "../../../mesh/upgrade/gate";
import { ownerMark, unfinishedFrom } from "../../../mesh/upgrade/helmHistory";
import { base, bothKnown, found, known, now, record, wanted } from "./gateSupport";

const ours = ownerMark("dev701");
const manifest = (version: string) => `spec:\n      image: "docker.io/istio/pilot:${version}"\n`;
const istiod = (revision: number, version: string, more = {}) =>
  record("istiod", revision, { description: ours, chartVersion: version, manifest: manifest(version), ...more });
const baseOf = { ...base, chartVersion: "1.30.3" };
const repairsOf = (cluster: Parameters<typeof found>[0], more = {}) =>
  judge(found(cluster), wanted({ ...bothKnown, ...more }), now).repairs.map(({ release, why }) => [release, why]);

describe("drift of the control plane", () => {
  it("as the release says: nothing", () => {
    assert.deepEqual(repairsOf({ running: "1.30.3", records: [baseOf, istiod(1, "1.30.3")] }), []);
  });

  it("an image set by hand is set back", () => {
    assert.deepEqual(repairsOf({ running: "1.30.2", records: [baseOf, istiod(1, "1.30.3")] }), [
      ["istiod", "1.30.2 was set by hand, the settings say 1.30.3"],
    ]);
  });

  it("a tag of the user's own in the release is no drift", () => {
    const own = istiod(1, "1.30.3", { manifest: manifest("1.30.2") });
    assert.deepEqual(repairsOf({ running: "1.30.2", records: [baseOf, own] }), []);
  });

  it("a release upgraded by hand within the minor is put back", () => {
    const byHand = record("istiod", 2, { description: "Upgrade complete", chartVersion: "1.30.2" });
    const records = [baseOf, istiod(1, "1.30.3", { status: "superseded" }), byHand];
    assert.deepEqual(repairsOf({ running: "1.30.2", records }), [
      ["istiod", "release istiod was upgraded to 1.30.2 by hand, the settings say 1.30.3"],
    ]);
  });

  it("a record that cannot be read is no upgrade by hand", () => {
    const broken = record("istiod", 2, { description: "" });
    assert.deepEqual(repairsOf({ running: "1.30.3", records: [baseOf, istiod(1, "1.30.3"), broken] }), []);
  });

  it("one upgraded by hand to the next minor is refused: it would be a step back", () => {
    const byHand = record("istiod", 2, { description: "Upgrade complete", chartVersion: "1.31.0" });
    const cluster = found({ running: "1.31.0", records: [baseOf, istiod(1, "1.30.3"), byHand] });
    const { refused } = judge(cluster, wanted({ ...bothKnown, recorded: "1.30.3" }), now);
    assert.deepEqual(refused, [
      "Istio 1.31.0 runs, 1.30.3 is wanted: going back one minor is a risk; acknowledge with istio.allow: [downgrade]",
    ]);
  });

  it("a release that was rolled back after a failed upgrade is applied again", () => {
    const records = [
      baseOf,
      istiod(1, "1.29.6", { status: "superseded" }),
      istiod(2, "1.30.3", { status: "failed", description: "Upgrade failed" }),
      istiod(3, "1.29.6", { description: "Rollback to 1" }),
    ];
    assert.deepEqual(repairsOf({ running: "1.29.6", records }, { known: known(2, "istio-base", "istiod") }), [
      ["istiod", "it was rolled back in its revision 3, the stack's state knows 2"],
    ]);
  });
});

describe("an update that did not finish", () => {
  const from = (records: Parameters<typeof found>[0], recorded: string | undefined) =>
    unfinishedFrom(found(records), wanted({ recorded }));
  for (const [title, records, recorded, expected] of [
    ["finished", [istiod(2, "1.30.3")], "1.30.3", undefined],
    ["its rollout stopped", [istiod(2, "1.30.3")], "1.29.6", "1.29.6"],
    ["it failed", [istiod(2, "1.30.3", { status: "failed", description: "x" })], "1.29.6", "1.29.6"],
    ["it was killed", [istiod(2, "1.30.3", { status: "pending-upgrade", description: "x" })], "1.29.6", "1.29.6"],
    ["somebody's own upgrade by hand", [istiod(2, "1.30.3", { description: "Upgrade complete" })], "1.29.6", undefined],
    ["nothing was ever recorded", [istiod(1, "1.30.3")], undefined, undefined],
    ["no record", [], "1.29.6", undefined],
  ] as const) {
    it(`${title}: ${expected === undefined ? "no way back is opened" : `the way back to ${expected} is open`}`, () => {
      assert.equal(from({ records }, recorded), expected);
    });
  }
});
