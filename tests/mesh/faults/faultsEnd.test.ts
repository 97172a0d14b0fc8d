import assert from "node:assert/strict";
import { endNotes, settingsEndNotes } from "../../../mesh/faults/faultsEnd";
import { settingsOf } from "../../support/settings";

const now = new Date("2026-06-01T12:00:00Z");
const faults = [{ type: "httpAbort", host: "ct-webapp", httpStatus: 503, everyone: true }];

describe("what is said of the end of faults", () => {
  for (const [name, end, expected] of [
    [
      "that they have none",
      { reaper: false },
      [/^warning: the faults have no end \(faultInjection\.expires is not set\)/],
    ],
    [
      "that it is past",
      { expires: "2026-06-01T12:00:00Z", reaper: true },
      [/^warning: faultInjection\.expires is past \(2026-06-01T12:00:00Z\)/],
    ],
    [
      "that it waits for up",
      { expires: "2026-06-01T12:00:01Z", reaper: false },
      [/^the faults stay until the first up after 2026-06-01T12:00:01Z/],
    ],
    ["nothing where a Job ends them on time", { expires: "2026-06-01T12:00:01Z", reaper: true }, []],
  ] as const) {
    it(name, () => {
      const said = endNotes(end, now);
      assert.equal(said.length, expected.length, said.join("\n"));
      for (const [at, pattern] of expected.entries()) assert.match(said[at] ?? "", pattern);
    });
  }

  it("is said of settings that want faults alone", () => {
    const of = (faultInjection: object) =>
      settingsEndNotes(settingsOf({ istio: { version: "1.30.3" }, faultInjection }), now).length;
    assert.equal(of({ enabled: true, faults }), 1);
    assert.equal(of({ enabled: false, faults }), 0);
  });
});
