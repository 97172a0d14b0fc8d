import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { jamIstio } from "../support/command";

// Pulumi is a stand-in that writes down how it is called, and gets no signal itself. Runs that are interrupted for real are in
// tests/e2e/fleet.test.ts.

describe("Ctrl-C between two steps of Pulumi's", () => {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-between-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("begins no other: nothing is deployed", async () => {
    const interrupts = 'if [ "$1 $2" = "stack export" ]; then kill -INT $PPID; sleep 0.2; echo "{}"; fi';
    const says = 'if [ "$1" = version ]; then echo v3.248.0; fi';
    writeFileSync(join(folder, "pulumi"), `#!/bin/sh\necho "$@" >> "${folder}/calls"\n${says}\n${interrupts}\n`);
    chmodSync(join(folder, "pulumi"), 0o755);
    writeFileSync(join(folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
    writeFileSync(join(folder, "Pulumi.dev701.yaml"), 'config:\n  jam-istio:istio: {version: "1.30.3"}\n');
    const env = {
      PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}`,
      PULUMI_BACKEND_URL: "file:///nowhere",
      PULUMI_CONFIG_PASSPHRASE: "x",
    };
    const { code, stderr } = await jamIstio(["up", "dev701", "--yes"], env, folder);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^stopping: what is begun is ended, nothing else is begun\nerror: stopped by hand before the next step;/m,
    );
    const calls = readFileSync(join(folder, "calls"), "utf8");
    assert.match(calls, /^stack export --stack dev701$/m);
    assert.doesNotMatch(calls, /^up /m);
  });
});
