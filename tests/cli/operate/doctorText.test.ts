import assert from "node:assert/strict";
import { diagnosisText } from "../../../cli/operate/doctorText";
import { plainColors } from "../../../cli/terminal/colors";
import type { Diagnosis } from "../../../mesh/doctor/report";
import { noObjects } from "../../../mesh/upgradeNotes/kinds";
import { nextStep } from "../../../mesh/upgradeNotes/path";
import { makeReport } from "../../../mesh/upgradeNotes/report";
import { all, one, type Some } from "../../mesh/upgradeNotes/fixtures/make";

const well: Diagnosis = { instances: ["dev701"], time: "2026-11-26T12:00:00Z", findings: [], unseen: [] };

/** What is said of a mesh of a version, with these objects. */
function said(from: string, some: Some): string {
  const step = nextStep(from);
  const steps = step === undefined ? [] : [step];
  const objects = { ...noObjects, ...some };
  const [next] = makeReport({ objects, unseen: {} }, steps, { cluster: "dev", kubernetes: "1.30" }).hops;
  return diagnosisText({ ...well, ...(next === undefined ? {} : { next }) }, undefined, plainColors);
}

describe("what the doctor says of the next minor", () => {
  it("what it needs first, by the ids of the notes, and the command that names the objects", () => {
    const rules = all(
      one("destinationRules", "a", { host: "web" }),
      one("destinationRules", "b", { host: "web", exportTo: ["."] }),
    );
    assert.equal(
      said("1.23.6", rules),
      "the next minor, Istio 1.24.6: first mend or acknowledge 24-05 (npx jam-istio precheck --to 1.24.6)\n" +
        "namespace dev701: nothing found",
    );
  });

  it("that there is nothing to do before it", () => {
    assert.match(said("1.23.6", {}), /^the next minor, Istio 1\.24\.6: nothing to do before it \(/);
  });

  it("nothing where no newer minor is known", () => {
    assert.equal(said("1.31.1", {}), "namespace dev701: nothing found");
  });
});
