import assert from "node:assert/strict";
import { expiredObjects } from "../../../mesh/faults/endingFaults";
import { faultAnnotations } from "../../../mesh/faults/faultObjects";

const object = (name: string, end: string | undefined) => ({
  kind: "VirtualService",
  name,
  key: `VirtualService/${name}`,
  ...(end === undefined ? {} : { annotations: { [faultAnnotations.end]: end } }),
});

describe("faults whose time is over", () => {
  it("those with an end that is past; not what has none, or one that nobody can read", () => {
    const found = [
      object("past", "2026-11-26T12:00:00Z"),
      object("to-come", "2026-11-26T14:00:00Z"),
      object("endless", "none"),
      object("unmarked", undefined),
      object("odd", "tomorrow"),
    ];
    const now = Date.parse("2026-11-26T13:00:00Z");
    assert.deepEqual(
      expiredObjects(found, now).map(({ name }) => name),
      ["past"],
    );
  });
});
