import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { noteLock, notedLock, processSpace, type LockPlaces } from "../../../cli/lock/ownLock";
import { inFolder } from "../../support/tinyCharts";

// Locks as Pulumi writes them, by a stand-in for it. A run that is interrupted for real is in tests/e2e/fleet.test.ts.

describe("the lock of a run that is interrupted", () => {
  const withLocks = (work: (places: LockPlaces, file: (name: string) => string) => Promise<void>) =>
    inFolder(async (folder) => {
      const places = { state: folder, note: join(folder, "lock-dev701.json") };
      const locks = join(folder, ".pulumi", "locks");
      mkdirSync(locks, { recursive: true });
      await work(places, (name) => join(locks, `${name}.json`));
    });
  /** A stand-in for Pulumi: takes the lock after a while, and does something. */
  const pulumi = (file: string, afterMs: number, next: string) => {
    const write = `require("fs").writeFileSync(${JSON.stringify(file)}, JSON.stringify({ pid: process.pid }))`;
    return spawn(process.execPath, ["-e", `setTimeout(() => { ${write}; ${next} }, ${String(afterMs)})`]);
  };
  const interrupt = 'process.kill(process.pid, "SIGINT")';
  const ended = (isInterrupted: boolean) => ({ isInterrupted: () => isInterrupted });

  before(function () {
    // Nothing is certain on other systems.
    if (processSpace() === undefined) this.skip();
  });

  for (const [when, afterMs, next] of [
    ["and was noted", 0, `setTimeout(() => ${interrupt}, 400)`],
    ["before it could be noted", 400, interrupt],
  ] as const) {
    const run = (places: LockPlaces, file: string, isInterrupted: boolean) => {
      const work = async () => {
        const [, signal] = (await once(pulumi(file, afterMs, next), "exit")) as [unknown, unknown];
        assert.deepEqual([signal, existsSync(file)], ["SIGINT", true]);
        throw new Error("it was killed with SIGINT");
      };
      return assert.rejects(noteLock(places, work, ended(isInterrupted)), /killed with SIGINT/);
    };

    it(`goes where that ended Pulumi right after it took it, ${when}`, () =>
      withLocks(async (places, file) => {
        await run(places, file("a"), true);
        assert.deepEqual([existsSync(file("a")), notedLock(places)], [false, undefined]);
      }));

    it(`stays where it was something else that ended it, ${when}`, () =>
      withLocks(async (places, file) => {
        await run(places, file("a"), false);
        assert.ok(existsSync(file("a")));
      }));
  }

  it("stays where Pulumi is still at work, and where it is none of its own", () =>
    withLocks(async (places, file) => {
      const child = pulumi(file("a"), 0, "setTimeout(() => {}, 60_000)");
      const work = async () => {
        while (notedLock(places) === undefined) await sleep(20);
        writeFileSync(file("b"), JSON.stringify({ pid: 2 ** 22 + 1 }));
        throw new Error("stopped");
      };
      await assert.rejects(noteLock(places, work, ended(true)), /stopped/);
      assert.deepEqual([existsSync(file("a")), existsSync(file("b"))], [true, true]);
      child.kill("SIGKILL");
      await once(child, "exit");
    }));
});
