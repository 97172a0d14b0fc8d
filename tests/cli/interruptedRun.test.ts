import type { Stack } from "@pulumi/pulumi/automation";
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { settleState } from "../../cli/engine/interruptedRun";
import type { OpenStack } from "../../cli/engine/openStack";
import { exportState } from "../../cli/engine/stackState";

// Pulumi is a stand-in that writes down how it is called. Runs that are killed for real are in tests/e2e/interrupted.test.ts.

describe("what an interrupted run had begun", () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "jam-istio-interrupted-")));
  const [calls, state, imported] = ["calls", "state", "imported"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const envVars = { PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}`, OF_THE_STACK: "yes" };
  const refreshed: unknown[] = [];
  const refresh = (options: unknown) => Promise.resolve(refreshed.push(options));
  const stack = { name: "dev701", workspace: { workDir: folder, envVars }, refresh } as unknown as Stack;
  const open: OpenStack = { stack, step: (work) => work(), undo: (work) => work() };
  const program = (ends = "exit 0") => {
    const called = `echo "$OF_THE_STACK $(pwd -P) $@" >> ${calls}`;
    const exports = `if [ "$2" = export ]; then cat ${state}; exit; fi`;
    const imports = `cat "$4" > ${imported}; ls -l "$4" | cut -c 1-10 >> ${imported}`;
    writeFileSync(join(folder, "pulumi"), `#!/bin/sh\n${called}\n${exports}\n${imports}\n${ends}\n`);
    chmodSync(join(folder, "pulumi"), 0o755);
  };
  const ofType = (type: string, name: string) => ({
    type,
    resource: { urn: `urn:pulumi:dev701::jam-istio::kubernetes:helm.sh/v3:Release::${name}` },
  });
  const given = (content: unknown) => {
    writeFileSync(state, typeof content === "string" ? content : JSON.stringify(content));
    return exportState(stack).then((found) => settleState(open, found, {}, "beginning again"));
  };
  const called = () =>
    readFileSync(calls, "utf8")
      .trim()
      .split("\n")
      .map((line) => line.replace(/ \S+\/jam-istio-\w+\/state\.json/, " FILE"));
  const where = () =>
    readFileSync(calls, "utf8").match(/ (\S+state\.json)/)?.[1] ?? assert.fail("nothing was imported");
  const exported = `yes ${folder} stack export --stack dev701`;

  beforeEach(() => {
    program();
    for (const file of [calls, imported]) rmSync(file, { force: true });
    refreshed.length = 0;
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const [name, content] of [
    ["there are none", { version: 3, deployment: { pending_operations: [] } }],
    ["none are listed", { version: 3, deployment: {} }],
    ["the list is null", { version: 3, deployment: { pending_operations: null } }],
    ["nothing was ever deployed", { version: 3 }],
    ["only other work was begun", { deployment: { pending_operations: [ofType("updating", "b")] } }],
  ] as const) {
    it(`the state stays as it is where ${name}`, async () => {
      await given(content);
      assert.deepEqual([called(), refreshed], [[exported], []]);
    });
  }

  it("to delete is read anew, with which creations are forgotten, too; no import drops that before", async () => {
    await given({ deployment: { pending_operations: [ofType("creating", "istiod"), ofType("deleting", "old")] } });
    assert.deepEqual([called(), refreshed], [[exported], [{ clearPendingCreates: true, showSecrets: false }]]);
  });

  it("to create is forgotten; all else in the state stays, secrets as they are", async () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:abc" };
    const resources = [{ urn: "urn:a", outputs: { kialiPassphrase: secret } }];
    const kept = {
      version: 3,
      deployment: { manifest: { magic: "x" }, resources, secrets_providers: { type: "passphrase" } },
    };
    const operations = [ofType("creating", "istiod"), ofType("updating", "old"), ofType("creating", "dev701/mysql")];
    const before = { ...kept, deployment: { ...kept.deployment, pending_operations: operations } };
    await given(before);
    assert.deepEqual(called(), [exported, `yes ${folder} stack import --file FILE --stack dev701`]);
    const after = { ...kept, deployment: { ...kept.deployment, pending_operations: [] } };
    const [text, mode] = readFileSync(imported, "utf8").split(/(?<=\})(?=-\S+\n$)/);
    assert.deepEqual([JSON.parse(text ?? ""), mode], [after, "-rw-------\n"]);
    assert.equal(existsSync(join(where(), "..")), false);
  });

  it("where they cannot be forgotten Pulumi's word is told, and no copy of the state stays", async () => {
    program("echo 'error: the stack is currently locked' >&2; exit 255");
    const before = { deployment: { pending_operations: [ofType("creating", "istiod")] } };
    await assert.rejects(given(before), { message: "error: the stack is currently locked" });
    assert.equal(existsSync(join(where(), "..")), false);
  });

  it("a state that cannot be read is an error, and is not written", async () => {
    await assert.rejects(given("no JSON"), SyntaxError);
    assert.deepEqual(called(), [exported]);
  });
});
