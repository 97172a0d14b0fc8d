import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { noteLock, notedLock, processSpace } from "../../../cli/lock/ownLock";
import { unlocked } from "../../../cli/lock/unlocked";
import { UserError } from "../../../cli/terminal/userError";
import { until } from "../../e2e/support/until";
import { lockedMessage, lockLine } from "./messages";

// Locks as Pulumi writes them, by stand-ins for it. Runs that are killed for real are in tests/e2e/interrupted.test.ts.

describe("a lock in the way", () => {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-lock-"));
  const note = join(folder, "project", ".jam-istio", "lock-dev701.json");
  const places = { state: join(folder, "state"), stack: "dev701", note };
  const locks = join(places.state, ".pulumi", "locks", "organization", "jam-istio", "dev701");
  const lockFile = (name: string) => join(locks, `${name}.json`);
  const children: ChildProcess[] = [];
  const said: string[] = [];
  let canceled = 0;

  /** A stand-in for Pulumi: takes a lock, and holds it for a while. */
  const pulumi = (name: string, more = "setTimeout(() => {}, 60_000)") => {
    mkdirSync(locks, { recursive: true });
    const content = `JSON.stringify({ pid: process.pid, hostname: ${JSON.stringify(hostname())} })`;
    const child = spawn(process.execPath, [
      "-e",
      `require("fs").writeFileSync(${JSON.stringify(lockFile(name))}, ${content}); ${more}`,
    ]);
    children.push(child);
    return child;
  };
  const ended = async (child: ChildProcess) => {
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  };
  const refusedBy = (name: string, pid: number | undefined) =>
    new Error(lockedMessage() + lockLine(`ana@${hostname()} (pid ${String(pid)})`, `${name}.json`));
  const noted = () => until("it is noted", () => Promise.resolve(existsSync(places.note)));
  /** A run from here that is killed: its lock stays, and the note of it. */
  const killedRun = async (name: string) => {
    const child = pulumi(name);
    await noteLock(places, async () => {
      await noted();
      child.kill("SIGKILL");
      await ended(child);
    });
    return child.pid;
  };
  /** A step that is refused while one of these locks is there. */
  const step = (...held: readonly (readonly [string, number | undefined])[]) => {
    const left = [...held];
    return () => {
      const [first] = left;
      if (first === undefined || !existsSync(lockFile(first[0]))) return Promise.resolve("done");
      if (left.length > 1) left.shift();
      return Promise.reject(refusedBy(...first));
    };
  };
  const run = (work: () => Promise<string>, ask?: (question: string) => Promise<boolean>) =>
    unlocked(
      {
        name: "dev701",
        places,
        cancel: () => {
          canceled++;
          rmSync(locks, { recursive: true });
          return Promise.resolve();
        },
        ask,
        say: (line) => said.push(line),
      },
      work,
    );
  const refused = (error: unknown) =>
    error instanceof UserError &&
    /^the stack is locked by ana on .* \(process \d+\), since 2026-01-01T00:00:00Z \(.* ago\)\. Wait until that run ends; when it is gone for certain: pulumi cancel --stack dev701$/.test(
      error.message,
    );

  beforeEach(function () {
    // Nothing is certain on other systems: there a person is asked always.
    if (processSpace() === undefined) this.skip();
    said.length = canceled = 0;
    for (const path of ["state", "project"]) rmSync(join(folder, path), { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill("SIGKILL");
      await ended(child);
    }
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("goes by itself where a run from here left it that is gone, and no other goes with it", async () => {
    const pid = await killedRun("a");
    writeFileSync(lockFile("b"), "{}");
    assert.equal(await run(step(["a", pid])), "done");
    assert.deepEqual([existsSync(lockFile("a")), existsSync(lockFile("b")), canceled], [false, true, 0]);
    assert.deepEqual(said, ["the stack was locked by a run from here that is gone; taking its lock away"]);
    assert.equal(notedLock(places), undefined);
  });

  it("stays where only its names are those of this machine: a container's process may have them", async () => {
    const child = pulumi("a", "");
    await ended(child);
    await assert.rejects(run(step(["a", child.pid])), refused);
    assert.ok(existsSync(lockFile("a")));
  });

  it("stays where another run from here left a lock before", async () => {
    const pid = await killedRun("a");
    rmSync(lockFile("a"));
    writeFileSync(lockFile("b"), "{}");
    await assert.rejects(run(step(["b", pid])), refused);
    assert.ok(existsSync(lockFile("b")));
  });

  it("stays where the run from here is at work", async () => {
    const child = pulumi("a");
    await noteLock(places, noted);
    await assert.rejects(run(step(["a", child.pid])), refused);
    assert.ok(existsSync(lockFile("a")));
  });

  for (const [name, space] of [
    ["before a restart of this machine, or on another one", "other-boot pid:[1]"],
    ["in another container of this machine", `${processSpace()?.split(" ")[0] ?? ""} pid:[1]`],
  ] as const) {
    it(`stays where it was taken ${name}`, async () => {
      const pid = await killedRun("a");
      writeFileSync(places.note, JSON.stringify({ ...notedLock(places), space }));
      await assert.rejects(run(step(["a", pid])), refused);
      assert.ok(existsSync(lockFile("a")));
    });
  }

  it("stays where it is one of two, the other somebody else's", async () => {
    const pid = await killedRun("a");
    const two = new Error(`${refusedBy("a", pid).message}${lockLine("bob@elsewhere (pid 1)", "b.json")}`);
    await assert.rejects(
      run(() => Promise.reject(two)),
      /locked by ana .*; bob on elsewhere \(process 1\)/,
    );
    assert.ok(existsSync(lockFile("a")));
  });

  it("is not noted where it was there before, or its process is no child of this one", async () => {
    pulumi("a");
    while (!existsSync(lockFile("a"))) await new Promise((resolve) => setTimeout(resolve, 20));
    await noteLock(places, async () => {
      writeFileSync(lockFile("b"), JSON.stringify({ pid: process.ppid }));
      await new Promise((resolve) => setTimeout(resolve, 500));
    });
    assert.equal(notedLock(places), undefined);
  });

  it("a step that is refused leaves the note as it was", async () => {
    const pid = await killedRun("a");
    const before = notedLock(places);
    assert.equal(basename(before?.lock ?? ""), "a.json");
    rmSync(lockFile("a"));
    // Another container's lock, of a process with the id of the one that is refused.
    const work = async () => {
      pulumi("b");
      while (notedLock(places)?.pid === pid) await new Promise((resolve) => setTimeout(resolve, 20));
      throw refusedBy("b", pid);
    };
    await assert.rejects(run(work), refused);
    assert.deepEqual(notedLock(places), before);
  });

  it("is taken away where a person says so, who is told whose it is", async () => {
    pulumi("a", "");
    while (!existsSync(lockFile("a"))) await new Promise((resolve) => setTimeout(resolve, 20));
    const asked: string[] = [];
    const yes = (question: string) => Promise.resolve(asked.push(question) > 0);
    assert.equal(await run(step(["a", 4711]), yes), "done");
    assert.equal(canceled, 1);
    assert.match(said.join("\n"), /^the stack is locked by ana on .* \(process 4711\), since 2026-01-01T00:00:00Z/);
    assert.match(asked.join("\n"), /^Take its lock away \(pulumi cancel\)\? [^\n]*$/);
  });

  it("stays where a person says no", async () => {
    mkdirSync(locks, { recursive: true });
    writeFileSync(lockFile("a"), "{}");
    await assert.rejects(
      run(step(["a", 4711]), () => Promise.resolve(false)),
      (error) => error instanceof UserError && /^nothing was changed: the stack is locked by ana/.test(error.message),
    );
    assert.equal(canceled, 0);
  });

  it("is asked about anew where it is another one's by the time of the answer", async () => {
    mkdirSync(locks, { recursive: true });
    for (const name of ["a", "b"]) writeFileSync(lockFile(name), "{}");
    let asked = 0;
    await assert.rejects(
      run(step(["a", 1], ["b", 2]), () => Promise.resolve(++asked === 1)),
      /process 2/,
    );
    assert.deepEqual([asked, canceled], [2, 0]);
  });

  it("nothing is asked or taken away where a step fails of something else", async () => {
    const other = new Error("error: no such chart");
    await assert.rejects(
      run(() => Promise.reject(other)),
      other,
    );
    assert.deepEqual([said, canceled], [[], 0]);
  });
});
