import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// That the engine runs it is what every end-to-end test shows.

const bin = join(__dirname, "..", "..", "bin");

describe("the program of the gates", () => {
  it("is made executable where a checkout lost that", () => {
    const folder = mkdtempSync(join(tmpdir(), "jam-istio-bin-"));
    try {
      cpSync(bin, folder, { recursive: true });
      const program = join(folder, "gates", "pulumi-resource-pulumi-nodejs");
      chmodSync(program, 0o644);
      execFileSync(process.execPath, ["-e", `require(${JSON.stringify(join(folder, "gates.js"))}).makeExecutable()`]);
      assert.equal(statSync(program).mode & 0o111, 0o111);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is executable here, and begins with a line that a kernel reads", () => {
    const program = join(bin, "gates", "pulumi-resource-pulumi-nodejs");
    assert.equal(statSync(program).mode & 0o111, 0o111);
    assert.equal(readFileSync(program, "utf8").split("\n")[0], "#!/usr/bin/env node");
  });
});
