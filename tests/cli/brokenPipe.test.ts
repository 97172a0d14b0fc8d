import assert from "node:assert/strict";
import { join } from "node:path";
import { run } from "../../tools/run";
import { projectRoot } from "../support/command";

describe("a command whose reader stops first", () => {
  it("ends without a word about it, and with its own exit code", async () => {
    // A reader that is gone before anything is written, as `head` is on a long output.
    const line = 'exec 3>&1; { sleep 1; "$0" "$1" completion fish; echo "code $?" >&3; } | true';
    const { stdout, stderr } = await run("sh", ["-c", line, process.execPath, join(projectRoot, "bin/jam-istio.js")], {
      seconds: 60,
    });
    assert.deepEqual([stdout, stderr], ["code 0\n", ""]);
  });
});

describe("a command whose output cannot be written", () => {
  it("says so, and fails", async () => {
    const line = '"$0" "$1" completion fish > /dev/full';
    const { code, stderr } = await run("sh", ["-c", line, process.execPath, join(projectRoot, "bin/jam-istio.js")], {
      seconds: 60,
    });
    assert.deepEqual(
      [code, stderr],
      [1, "error: what is printed cannot be written: ENOSPC: no space left on device, write\n"],
    );
  });
});
