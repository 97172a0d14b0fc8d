import assert from "node:assert/strict";
import { record } from "./planes";
import { clean, itFinds, only } from "./support";

describe("doctor: Helm's releases that are not in place", () => {
  itFinds([
    {
      title: "left by a run that was killed",
      hit: "release-unfinished release istio-system/istiod",
      of: { records: [record("pending-upgrade")] },
      near: { records: [record("superseded"), record("deployed", { revision: 2 })] },
    },
    {
      title: "for longer than the settings give it",
      hit: "release-unfinished release istio-system/istiod",
      of: { records: [record("pending-upgrade")], wanted: { allow: [], timeoutSeconds: 600 } },
      near: { records: [record("uninstalled")], wanted: { allow: [], timeoutSeconds: 7200 } },
    },
  ]);

  it("a release that changes at this moment is said, and is nothing to do", () => {
    const { severity, evidence } = only({
      records: [record("pending-upgrade", { modifiedAt: clean.now.getTime() / 1000 - 120 })],
    });
    assert.deepEqual([severity, evidence], ["info", "revision 1 is pending-upgrade since 2 min"]);
  });

  it("one that may take two hours by its settings is at work after one", () => {
    const records = [record("pending-upgrade")];
    assert.equal(only({ records, wanted: { allow: [], timeoutSeconds: 7200 } }).severity, "info");
  });

  for (const [what, status, more, releases, remedy] of [
    ["one that failed", "failed", { revision: 2 }, undefined, /^npm run up repairs it; by hand: .* rollback istiod$/],
    ["a first revision: there is nothing to go back to", "failed", {}, ["istiod"], /^npm run up repairs it$/],
    ["one that is half removed", "uninstalling", {}, ["istiod"], /^npm run down finishes it; npm run up says/],
    ["somebody else's", "failed", {}, [], /^whoever installed it heals it$/],
  ] as const)
    it(`what heals ${what}`, () => {
      const wanted = { allow: [], ...(releases === undefined ? {} : { releases }) };
      assert.match(only({ records: [record(status, more)], wanted }).remedy, remedy);
    });
});
