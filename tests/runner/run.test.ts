import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runSuite, runSuites, summaryOf, type Result } from "./run";
import { allSuites, type Suite } from "./suites";

const suite = (name: string, minutes: number): Suite => ({ name, files: [], minutes });
const passed = (name: string): Result => ({ name, passed: 2, failed: 0, skipped: 0, seconds: 61 });

describe("the runner of the suites", () => {
  it("has every suite once, the unit tests first", () => {
    const names = allSuites().map(({ name }) => name);
    assert.equal(names[0], "unit");
    assert.equal(new Set(names).size, names.length);
    for (const name of ["e2e/platform", "e2e/lab", "dataplane/http"]) assert.ok(names.includes(name), name);
  });

  it("begins no suite that would not be done within the budget, and names it as pending", async () => {
    let clock = 0;
    const run = ({ name, minutes }: Suite) => {
      clock += minutes * 60_000;
      return Promise.resolve(passed(name));
    };
    const suites = [suite("first", 6), suite("long", 5), suite("short", 3)];
    const results = await runSuites(suites, { lanes: 1, minutes: 10 }, run, () => clock);
    const states = results.map(({ name, pending }) => [name, pending]);
    assert.deepEqual(states, [
      ["first", undefined],
      ["long", "6 of 10 minutes are spent, it takes 5"],
      ["short", undefined],
    ]);
    const text = summaryOf(results);
    assert.match(text, / {2}– {2}long: pending, 6 of 10 minutes are spent, it takes 5\n/);
    assert.match(text, / 1:01 {2}first: 2 passed\n/);
    assert.match(text, /\n4 passed, 0 failed, 1 skipped\n$/);
  });

  for (const [what, speed, states] of [
    ["a fast machine gets done what a slow one would not", 0.5, ["begun", "begun", "begun"]],
    ["a slower one begins less", 1.5, ["begun", "20 of 28 minutes are spent, it takes 12", "begun"]],
  ] as const) {
    it(`goes by how fast the machine is: ${what}`, async () => {
      let clock = 0;
      const run = ({ name, minutes }: Suite) => {
        clock += minutes * 60_000 * speed;
        return Promise.resolve(passed(name));
      };
      const suites = [suite("first", 13), suite("long", 8), suite("short", 5)];
      const results = await runSuites(suites, { lanes: 1, minutes: speed === 0.5 ? 15 : 28 }, run, () => clock);
      assert.deepEqual(
        results.map(({ pending }) => pending ?? "begun"),
        states,
      );
    });
  }

  it("runs two at a time, in their order", async () => {
    const begun: string[] = [];
    const open: (() => void)[] = [];
    const run = ({ name }: Suite) => {
      begun.push(name);
      return new Promise<Result>((resolve) =>
        open.push(() => {
          resolve(passed(name));
        }),
      );
    };
    const all = runSuites([suite("a", 1), suite("b", 1), suite("c", 1)], { lanes: 2, minutes: 10 }, run);
    await Promise.resolve();
    assert.deepEqual(begun, ["a", "b"]);
    open[1]?.();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(begun, ["a", "b", "c"]);
    for (const end of open) end();
    assert.equal((await all).length, 3);
  });

  it("ends a suite that hangs, which counts as failed, with the reason", async () => {
    const folder = mkdtempSync(join(tmpdir(), "jam-istio-hangs-"));
    const file = join(folder, "hangs.test.js");
    writeFileSync(
      file,
      `it("hangs", () => new Promise(() => { console.log("hanging"); setInterval(() => 0, 1000); }));`,
    );
    const stop = new AbortController();
    const lines: string[] = [];
    const print = (line: string) => {
      lines.push(line);
      if (line === "hanging") stop.abort("its time is over");
    };
    const result = await runSuite({ name: "hangs", files: [file], minutes: 1 }, print, stop.signal);
    rmSync(folder, { recursive: true });
    assert.equal(result.failed, 1);
    assert.match(summaryOf([result]), /\nwhat failed:\n {2}hangs: its process did not come to its end/);
    assert.ok(lines.includes("hangs: its time is over"), lines.join("\n"));
  });

  it("says at the end which tests failed, and why", async () => {
    const folder = mkdtempSync(join(tmpdir(), "jam-istio-fails-"));
    const file = join(folder, "fails.test.js");
    writeFileSync(file, `describe("a mesh", () => { it("stands", () => { throw new Error("it\\nfell"); }); });`);
    const never = new AbortController().signal;
    const result = await runSuite({ name: "fails", files: [file], minutes: 1 }, () => undefined, never);
    rmSync(folder, { recursive: true });
    const text = summaryOf([passed("a"), result]);
    assert.ok(
      text.endsWith("\nwhat failed:\n  fails: a mesh stands\n      it\n      fell\n\n2 passed, 1 failed, 0 skipped\n"),
      text,
    );
  });

  it("counts what failed", () => {
    const text = summaryOf([{ ...passed("a"), failed: 1 }, passed("b")]);
    assert.match(text, /a: 2 passed, 1 failed\n/);
    assert.match(text, /\n4 passed, 1 failed, 0 skipped\n$/);
  });
});
