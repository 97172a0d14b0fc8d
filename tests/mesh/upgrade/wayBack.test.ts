import assert from "node:assert/strict";
import type { HelmRevision } from "../../../mesh/upgrade/gateTypes";
import { wayBack, type Failure } from "../../../mesh/upgrade/wayBack";
import { record } from "./gateSupport";

const istiod = (revision: number, status: string, chartVersion: string) =>
  record("istiod", revision, { status, chartVersion });
const upgrade = (known?: number, ...errors: string[]): Failure => ({
  release: "istiod",
  what: "upgrade",
  known,
  errors,
});
const unfit: Failure = { release: "istiod", what: "unfit", version: "1.30.3" };
const two = [istiod(1, "superseded", "1.28.10"), istiod(2, "deployed", "1.29.6")];
const untouched = (which: string) =>
  `Helm made no revision in this upgrade, so what runs was not touched (its ${which})`;
const busy = "another operation (install/upgrade/rollback) is in progress";

interface Row {
  readonly name: string;
  readonly records: readonly HelmRevision[];
  readonly failure: Failure;
  /** The revision that it goes back to, or why it stays. */
  readonly expected: number | string;
}

const rows: readonly Row[] = [
  {
    name: "an upgrade that failed",
    records: [...two, istiod(3, "failed", "1.30.3")],
    failure: upgrade(2),
    expected: 2,
  },
  {
    name: "the records in another order",
    records: [istiod(3, "failed", "1.30.3"), ...two],
    failure: upgrade(2),
    expected: 2,
  },
  {
    name: "revision 10 after 9",
    records: [istiod(9, "deployed", "1.29.6"), istiod(10, "failed", "1.30.3")],
    failure: upgrade(9),
    expected: 9,
  },
  {
    name: "failed revisions of earlier tries between",
    records: [...two, istiod(3, "failed", "1.30.2"), istiod(4, "failed", "1.30.3")],
    failure: upgrade(3),
    expected: 2,
  },
  {
    name: "an upgrade of the same version, with other values",
    records: [istiod(1, "deployed", "1.30.3"), istiod(2, "failed", "1.30.3")],
    failure: upgrade(1),
    expected: 1,
  },
  {
    name: "a failed one, to a state that knows no revision",
    records: [istiod(1, "deployed", "1.29.6"), istiod(2, "failed", "1.30.3")],
    failure: upgrade(),
    expected: 1,
  },
  {
    name: "Helm failed before its record: the API was away, an object could not be built, another owns one",
    records: two,
    failure: upgrade(2, "existing resource conflict"),
    expected: untouched("revision 2, 1.29.6, is deployed"),
  },
  {
    name: "the same, after an earlier run was rolled back",
    records: [...two, istiod(3, "failed", "1.30.3"), istiod(4, "deployed", "1.29.6")],
    failure: upgrade(2),
    expected: untouched("revision 4, 1.29.6, is deployed"),
  },
  {
    name: "the same, after one that failed and that the state knows",
    records: [...two, istiod(3, "failed", "1.30.3")],
    failure: upgrade(3),
    expected: untouched("revision 3, 1.30.3, is failed"),
  },
  {
    name: "another run of Helm is at work",
    records: [...two, istiod(3, "pending-upgrade", "1.30.3")],
    failure: upgrade(2, `update failed: ${busy}`),
    expected: "another run of Helm is at work on it (its revision 3, 1.30.3, is pending-upgrade)",
  },
  {
    name: "Helm could not write how its own ended",
    records: [...two, istiod(3, "pending-upgrade", "1.30.3")],
    failure: upgrade(2, "connection refused"),
    expected: 2,
  },
  {
    name: "somebody removed it meanwhile",
    records: [...two, istiod(3, "uninstalling", "1.30.3")],
    failure: upgrade(2),
    expected: untouched("revision 3, 1.30.3, is uninstalling"),
  },
  {
    name: "none was ever deployed",
    records: [istiod(1, "failed", "1.30.2"), istiod(2, "failed", "1.30.3")],
    failure: upgrade(1),
    expected: "it has no earlier revision to roll back to",
  },
  {
    name: "the one before cannot be read",
    records: [istiod(1, "deployed", ""), istiod(2, "failed", "1.30.3")],
    failure: upgrade(1),
    expected: "it has no earlier revision to roll back to",
  },
  {
    name: "records of another release alone",
    records: [record("istio", 1)],
    failure: upgrade(1),
    expected: "it has no record of Helm's",
  },
  {
    name: "upgraded and unfit",
    records: [...two.map((one) => ({ ...one, status: "superseded" })), istiod(3, "deployed", "1.30.3")],
    failure: unfit,
    expected: 2,
  },
  {
    name: "upgraded twice, and unfit",
    records: [istiod(1, "superseded", "1.29.6"), istiod(2, "superseded", "1.30.3"), istiod(3, "deployed", "1.30.3")],
    failure: unfit,
    expected: 1,
  },
  {
    name: "unfit, and somebody went back by hand meanwhile",
    records: two,
    failure: unfit,
    expected: "its revision 2, 1.29.6, is deployed, and not what this upgrade made",
  },
  {
    name: "unfit, and somebody upgrades it at this moment",
    records: [istiod(1, "deployed", "1.30.3"), istiod(2, "pending-upgrade", "1.30.3")],
    failure: unfit,
    expected: "its revision 2, 1.30.3, is pending-upgrade, and not what this upgrade made",
  },
];

describe("the way back of a control plane's release", () => {
  for (const { name, records, failure, expected } of rows) {
    it(`${name}: ${typeof expected === "number" ? `to revision ${String(expected)}` : "stays"}`, () => {
      const way = wayBack(records, failure);
      assert.equal("stays" in way ? way.stays : way.to.revision, expected);
    });
  }

  it("the upgrade began with the first revision after the one that it goes back to", () => {
    const records = [istiod(2, "deployed", "1.29.6"), istiod(3, "failed", "1.30.2"), istiod(4, "failed", "1.30.3")].map(
      (one, index) => ({
        ...one,
        createdAt: 1_800_000_000 + index,
      }),
    );
    const way = wayBack(records, upgrade(3));
    assert.deepEqual("to" in way ? [way.to.revision, way.since] : way, [2, 1_800_000_001]);
  });
});
