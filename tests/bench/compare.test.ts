import assert from "node:assert/strict";
import { compare, ratiosOf } from "./compare";

const row = (what: string, seconds: number, more: { against?: string; spread?: number } = {}) => ({
  what,
  seconds,
  ...more,
});

describe("a run of the bench beside the kept one", () => {
  const kept = [{ what: "ours", against: "naive", ratio: 1.5, noise: 0.1 }];
  const now = (seconds: number) =>
    ratiosOf([row("naive", 2, { spread: 0.05 }), row("ours", seconds, { against: "naive", spread: 0.05 })]);

  it("is worse where a ratio is higher by more than both runs' noise", () => {
    assert.deepEqual(
      [2.4, 3.5, 3.7].map((seconds) => compare(now(seconds), kept)[0]?.verdict),
      ["better", "same", "worse"],
    );
  });

  it("leaves out what was measured once, and what stands against nothing", () => {
    assert.deepEqual(ratiosOf([row("naive", 2, { spread: 0.1 }), row("ours", 3, { against: "naive" })]), []);
  });

  it("says what is new", () => {
    assert.equal(compare(now(3), [])[0]?.verdict, "new");
  });
});
