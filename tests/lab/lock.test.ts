import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Locked, takeLock, withLock } from "../../lab/lock";
import { refusal } from "../support/apiServer";

// Another process is a folder as it would have made it, made older where it was killed. Processes that take a lock in the very
// same moment are not provoked here; that is the package's own matter.

describe("the lab's lock", () => {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-lock-"));
  const target = join(folder, "cache", "1.34");
  const held = `${target}.lockdir`;
  const another = () => mkdirSync(held, { recursive: true });
  const killed = () => {
    utimesSync(held, 1, 1);
  };
  afterEach(() => {
    rmSync(join(folder, "cache"), { recursive: true, force: true });
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("is of what need not be there, nor its folder, and is one's own until it is let go", async () => {
    const release = await takeLock(target);
    assert.deepEqual([existsSync(target), existsSync(held)], [false, true]);
    await assert.rejects(takeLock(target), Locked);
    const other = await takeLock(`${target}.0`);
    await release();
    assert.equal(existsSync(held), false);
    await (
      await takeLock(target)
    )();
    await other();
  });

  it("of another process is left to it, and who has it is not asked to wait", async () => {
    another();
    const error = await refusal(takeLock(target));
    assert.ok(error instanceof Locked);
    assert.equal(error.message, `${target} is locked by another run`);
    assert.equal(existsSync(held), true);
  });

  it("of a process that was killed is taken", async () => {
    another();
    killed();
    await (
      await takeLock(target)
    )();
    assert.equal(existsSync(held), false);
  });

  it("that cannot be made is not one that somebody holds", async () => {
    writeFileSync(join(folder, "file"), "");
    const error = await refusal(takeLock(join(folder, "file", "1.34")));
    assert.deepEqual([error instanceof Error, error instanceof Locked], [true, false]);
  });

  it("is held while work is done, and let go after it, whatever it ended with", async () => {
    assert.equal(await withLock(target, () => Promise.resolve(existsSync(held))), true);
    assert.equal(existsSync(held), false);
    await assert.rejects(
      withLock(target, () => Promise.reject(new Error("broken"))),
      { message: "broken" },
    );
    assert.equal(existsSync(held), false);
  });

  it("keeps work of one process apart", async () => {
    const steps: string[] = [];
    const work = (name: string) => async () => {
      steps.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      steps.push(`${name} ends`);
    };
    await Promise.all(["a", "b"].map((name) => withLock(target, work(name))));
    const order = steps[0] === "a begins" ? ["a", "b"] : ["b", "a"];
    assert.deepEqual(
      steps,
      order.flatMap((name) => [`${name} begins`, `${name} ends`]),
    );
  });

  it("is waited for while another process has it, also one that is killed then", async () => {
    another();
    let done = false;
    const waiting = withLock(target, () => Promise.resolve((done = true)));
    await assert.rejects(takeLock(target), Locked);
    assert.equal(done, false);
    killed();
    assert.equal(await waiting, true);
  });
});
