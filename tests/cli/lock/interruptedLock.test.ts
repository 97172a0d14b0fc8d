import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { noteLock, notedLock, processSpace, type LockPlaces } from "../../../cli/lock/ownLock";
import { inFolder } from "../../support/tinyCharts";

// Locks as Pulumi writes them, by a stand-in for it. A run that is interrupted for real is in tests/e2e/fleet.test.ts.

describe("the lock of a run that is interrupted", () => {
  /** @param file names a lock; of another stack with the stack before it */
  const withLocks = (work: (places: LockPlaces, file: (name: string, stack?: string) => string) => Promise<void>) =>
    inFolder(async (folder) => {
      const locks = join(folder, ".pulumi", "locks", "organization", "jam-istio");
      for (const stack of ["dev701", "dev702"]) mkdirSync(join(locks, stack), { recursive: true });
      const places = { state: folder, stack: "dev701", note: join(folder, "lock-dev701.json") };
      await work(places, (name, stack = "dev701") => join(locks, stack, `${name}.json`));
    });
  const content = (pid: string, host: string) => `JSON.stringify({ pid: ${pid}, hostname: ${JSON.stringify(host)} })`;
  /** A stand-in for Pulumi: takes the lock after a while, and does something. */
  const pulumi = (file: string, { afterMs = 0, next = "", host = hostname() }) => {
    const write = `require("fs").writeFileSync(${JSON.stringify(file)}, ${content("process.pid", host)})`;
    return spawn(process.execPath, ["-e", `setTimeout(() => { ${write}; ${next} }, ${String(afterMs)})`]);
  };
  const interrupt = 'process.kill(process.pid, "SIGINT")';
  /** Runs a step that ends by its Pulumi's end. */
  const run = (places: LockPlaces, child: () => ChildProcess, isInterrupted = true) => {
    const work = async () => {
      const [, signal] = (await once(child(), "exit")) as [unknown, unknown];
      throw new Error(`it was killed with ${String(signal)}`);
    };
    return assert.rejects(
      noteLock(places, work, { isInterrupted: () => isInterrupted }),
      /^Error: it was killed with SIGINT$/,
    );
  };

  before(function () {
    // Nothing is certain on other systems.
    if (processSpace() === undefined) this.skip();
  });

  for (const [when, how] of [
    ["and was noted", { next: `setTimeout(() => ${interrupt}, 400)` }],
    ["before it could be noted", { afterMs: 400, next: interrupt }],
  ] as const) {
    it(`goes where that ended Pulumi right after it took it, ${when}`, () =>
      withLocks(async (places, file) => {
        await run(places, () => pulumi(file("a"), how));
        assert.deepEqual([existsSync(file("a")), notedLock(places)], [false, undefined]);
      }));

    it(`stays where it was something else that ended it, ${when}`, () =>
      withLocks(async (places, file) => {
        await run(places, () => pulumi(file("a"), how), false);
        assert.ok(existsSync(file("a")));
      }));
  }

  for (const [what, stack, host] of [
    ["another stack's", "dev702", hostname()],
    ["another container's, whose process has the same id", "dev701", "elsewhere"],
  ] as const)
    it(`stays where it is ${what}`, () =>
      withLocks(async (places, file) => {
        await run(places, () => pulumi(file("b", stack), { afterMs: 200, next: interrupt, host }));
        assert.ok(existsSync(file("b", stack)));
      }));

  it("stays where it is of a process that this run did not begin", () =>
    withLocks(async (places, file) => {
      const gone = pulumi(file("other"), {});
      await once(gone, "exit");
      const theirs = JSON.stringify({ pid: gone.pid, hostname: hostname() });
      const begin = () => {
        writeFileSync(file("b"), theirs);
        return spawn(process.execPath, ["-e", interrupt]);
      };
      await run(places, begin);
      assert.ok(existsSync(file("b")));
    }));

  it("stays where Pulumi is still at work", () =>
    withLocks(async (places, file) => {
      const child = pulumi(file("a"), { next: "setTimeout(() => {}, 60_000)" });
      try {
        const work = async () => {
          while (notedLock(places) === undefined) await sleep(20);
          throw new Error("stopped");
        };
        await assert.rejects(noteLock(places, work, { isInterrupted: () => true }), /stopped/);
        assert.ok(existsSync(file("a")));
      } finally {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
    }));
});
