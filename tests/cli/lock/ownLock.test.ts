import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { noteLock, notedLock, processSpace } from "../../../cli/lock/ownLock";
import { inFolder } from "../../support/tinyCharts";

// The locks themselves, by stand-ins for Pulumi: unlocked.test.ts.

describe("the note of a lock", () => {
  it("of a run that began later and is at work stays where this one is refused", () =>
    inFolder(async (folder) => {
      const places = { state: join(folder, "state"), stack: "dev701", note: join(folder, "lock-dev701.json") };
      const others = { lock: join(places.state, "a.json"), pid: process.ppid, space: processSpace() ?? "" };
      const refused = new Error("the stack is currently locked");
      const work = () => {
        // When this one began nothing was noted.
        writeFileSync(places.note, JSON.stringify(others));
        return Promise.reject(refused);
      };
      await assert.rejects(noteLock(places, work, { isRefused: (error) => error === refused }), refused);
      assert.deepEqual(notedLock(places), others);
    }));
});
