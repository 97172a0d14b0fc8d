import assert from "node:assert/strict";
import { parseTime } from "../../settings/faultSchema";
import { classic, settingsOf } from "./config";

describe("settings: times", () => {
  for (const [text, expected] of [
    ["2026-12-01T18:00:00Z", "2026-12-01T18:00:00.000Z"],
    ["2026-12-01T18:00Z", "2026-12-01T18:00:00.000Z"],
    ["2026-12-01T18:00:00.25+02:00", "2026-12-01T16:00:00.250Z"],
    ["2026-12-01 18:00:00 +0000 UTC", "2026-12-01T18:00:00.000Z"],
    ["2026-12-01 18:00:00.5 +0200 CEST", "2026-12-01T16:00:00.500Z"],
    ["2026-12-01 18:00:00", undefined],
    ["2026-12-01T18:00:00", undefined],
    ["soon", undefined],
    ["", undefined],
  ] as const) {
    it(`${JSON.stringify(text)} is ${expected ?? "no time"}`, () => {
      assert.equal(parseTime(text), expected);
    });
  }

  it("both notations of `expires` become one", () => {
    const read = (expires: string) => settingsOf({ ...classic, faultInjection: { expires } }).faultInjection.expires;
    assert.equal(read("2026-12-01 18:00:00 +0000 UTC"), "2026-12-01T18:00:00.000Z");
    assert.equal(read("2026-12-01T18:00:00Z"), "2026-12-01T18:00:00.000Z");
  });
});
