import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { coveredBy, differences, type Difference } from "../../../mesh/upgradeNotes/sources";
import { allNotes } from "../../../mesh/upgradeNotes/rows";
import { judged } from "./sources/judged";

// What scripts/compareSources.ts found between tags of istio/istio, kept as its JSON. A new minor adds a file.

const folder = join(__dirname, "sources");
const compared = readdirSync(folder).filter((file) => file.endsWith(".json"));
const found = compared.map(
  (file) => [file, JSON.parse(readFileSync(join(folder, file), "utf8")) as readonly Difference[]] as const,
);

describe("upgrade notes, against Istio's sources", () => {
  for (const [file, list] of found) {
    it(`${file}: each difference has a note, or a reason why it needs none`, () => {
      assert.ok(list.length > 0);
      const open = list.filter((one) => coveredBy(one).length === 0 && judged[one.what] === undefined);
      assert.deepEqual(open, []);
    });
  }

  it("a reason is for a difference that is there, and names notes that there are", () => {
    const all = found.flatMap(([, list]) => list.map(({ what }) => what));
    assert.deepEqual(
      Object.keys(judged).filter((what) => !all.includes(what)),
      [],
    );
    const named = Object.values(judged).filter((reason) => /^\d\d-\w+$/.test(reason));
    assert.deepEqual(
      named.filter((id) => !allNotes.some((row) => row.id === id)),
      [],
    );
  });

  it("finds what is gone, what is other, and what is new but for values", () => {
    const older = { "variable A": "1", "variable B": "1", "value x a": "1" };
    const newer = { "variable A": "2", "variable C": "1", "value x a": "1", "value x b": "1" };
    assert.deepEqual(differences(older, newer), [
      { what: "variable A", before: "1", after: "2" },
      { what: "variable B", before: "1" },
      { what: "variable C", after: "1" },
    ]);
  });

  it("knows a removed variable by its table, a switch by its note, and nothing by chance", () => {
    assert.deepEqual(coveredBy({ what: "variable PILOT_STATUS_QPS" }), ["settings of 1.27"]);
    assert.deepEqual(coveredBy({ what: "variable PILOT_ENABLE_STRICT_GATEWAY_MERGING" }), ["31-04"]);
    assert.deepEqual(coveredBy({ what: "variable PILOT_OF_NOBODY" }), []);
  });
});
