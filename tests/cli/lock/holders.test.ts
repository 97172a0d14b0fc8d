import assert from "node:assert/strict";
import { holdersText, locksIn } from "../../../cli/lock/holders";
import { lockedMessage as message, lockLine } from "./messages";

describe("what is said of a locked stack", () => {
  const lock = { file: "a.json", since: "2026-01-01T00:00:00Z" };
  for (const [name, text, expected] of [
    ["a process", message("ana@laptop (pid 4711)"), [{ ...lock, user: "ana", host: "laptop", pid: 4711 }]],
    [
      "a user of a domain",
      message("CORP\\ana@pc-1.example.com (pid 1)"),
      [{ ...lock, user: "CORP\\ana", host: "pc-1.example.com", pid: 1 }],
    ],
    [
      "two",
      message("ana m@a (pid 1)") + lockLine("bob@b.c@d (pid 2)", "b.json"),
      [
        { ...lock, user: "ana m", host: "a", pid: 1 },
        { ...lock, file: "b.json", user: "bob@b.c", host: "d", pid: 2 },
      ],
    ],
    [
      "one that is named twice, as the Automation API does",
      `code: -2\n stderr: ${message("ana@a (pid 1)")}\n err?: ${message("ana@a (pid 1)")}`,
      [{ ...lock, user: "ana", host: "a", pid: 1 }],
    ],
    [
      "one of a bucket",
      message().concat("\n  s3://bucket/.pulumi/locks/dev701/a.json: created by ana@a (pid 1) at 2026-01-01T00:00:00Z"),
      [{ ...lock, user: "ana", host: "a", pid: 1 }],
    ],
    ["nobody, as Pulumi Cloud says it", "error: [409] Conflict: Another update is currently in progress.", []],
    ["nobody, cut off", message("ana@laptop"), []],
    ["nothing", "", []],
  ] as const) {
    it(`names ${name}`, () => {
      assert.deepEqual(locksIn(text), expected);
    });
  }

  for (const [minutes, age] of [
    [0, ""],
    [1, " (1 min ago)"],
    [119, " (119 min ago)"],
    [120, " (2 h ago)"],
    [5 * 1440, " (5 days ago)"],
    // Its machine's clock is ahead.
    [-10, ""],
  ] as const) {
    it(`says since when: ${String(minutes)} minutes`, () => {
      const now = Date.parse(lock.since) + minutes * 60_000;
      const who = `ana on laptop (process 4711), since 2026-01-01T00:00:00Z${age}`;
      assert.equal(holdersText(locksIn(message("ana@laptop (pid 4711)")), now), who);
    });
  }

  it("says another run where nobody is named", () => {
    assert.equal(holdersText([]), "another run");
  });
});
