import type { V1Pod } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { captureCommand, stopCommand } from "../../../mesh/capture/captureObjects";
import { run } from "../../../tools/run";
import { until } from "../../e2e/support/until";

// The shell's own way through the scripts, with a stand-in for tcpdump that waits; a real one is seen in tests/dataplane/capture.test.ts.

describe("the script of a capture", () => {
  const pod: V1Pod = {};
  let folder: string;
  let name: string;
  const pidFile = () => `/tmp/jam-capture-${name}.pid`;
  const env = () => ({ ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}` });
  const begin = (seconds: number) => {
    const [program = "", ...args] = captureCommand(pod, { device: "lo", seconds }, name);
    return spawn(program, args, { env: env(), stdio: "ignore" });
  };
  const stop = () => {
    const [program = "", ...args] = stopCommand(name);
    return run(program, args, { seconds: 60 });
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "jam-istio-capture-"));
    name = basename(folder);
    writeFileSync(join(folder, "tcpdump"), '#!/bin/sh\n: > "$(dirname "$0")/begun"\nexec sleep 600\n');
    chmodSync(join(folder, "tcpdump"), 0o755);
  });
  afterEach(() => {
    for (const file of [pidFile(), `${pidFile()}.stop`]) rmSync(file, { force: true });
    rmSync(folder, { recursive: true });
  });

  it("ends when it is told to, and leaves no file", async () => {
    const child = begin(600);
    const ended = once(child, "exit");
    await until("it works", () => Promise.resolve(existsSync(join(folder, "begun"))));
    assert.equal((await stop()).code, 0);
    await ended;
    assert.deepEqual([existsSync(pidFile()), existsSync(`${pidFile()}.stop`)], [false, false]);
  });

  it("does not begin where it was told before: nobody would tell it again", async () => {
    assert.notEqual((await stop()).code, 0);
    const [code] = (await once(begin(600), "exit")) as [number];
    assert.equal(code, 143);
    assert.deepEqual(
      [join(folder, "begun"), pidFile(), `${pidFile()}.stop`].filter((file) => existsSync(file)),
      [],
    );
  });
});
