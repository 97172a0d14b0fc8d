import assert from "node:assert/strict";
import { liveRows } from "../../../cli/fleet/live";
import { resultOf } from "../../../cli/fleet/results";
import type { FleetCommand } from "../../../delivery/fleet/report";

const plain = { off: false, interrupted: false };
const ended = (command: FleetCommand, code: number, log: string, output: unknown = {}) =>
  resultOf(command, { code, log, output: JSON.stringify(output) }, plain);

describe("what became of a stack, by what its command left", () => {
  it("preview and up: what Pulumi would do or did", () => {
    const log = "  ...\nResources:\n    + 25 to create\n    9 unchanged\n\nstack a is up\n";
    assert.deepEqual(ended("preview", 0, log), { outcome: "done", code: 0, what: "25 to create, 9 unchanged" });
    assert.deepEqual(ended("up", 0, "nothing of Pulumi's"), { outcome: "done", code: 0 });
  });

  it("a failure is the last error, and a stop by hand is none", () => {
    const log = "state: files\nerror: the first\nerror: pulumi up failed: refused\nmore\n";
    assert.deepEqual(ended("up", 1, log), { outcome: "failed", what: "pulumi up failed: refused", code: 1 });
    const listed =
      "    error: 1 error occurred:\n    \t* istiod failed: deadline\n\nerror: pulumi up failed: error: 1 error occurred:\n";
    assert.equal(ended("up", 1, listed).what, "istiod failed: deadline");
    assert.equal(ended("up", 3, "").outcome, "failed", "only what looks has something to find");
    assert.equal(ended("status", 1, "").what, "exit code 1");
    const stopped = resultOf("up", { code: 1, log, output: "" }, { off: false, interrupted: true });
    assert.equal(stopped.outcome, "stopped");
  });

  it("status, drift and faults: what is to be done", () => {
    const status = { wanted: "1.30.3", controlPlanes: [{ ready: ["1.29.6"] }], missing: ["x"], unfinished: [] };
    assert.deepEqual(ended("status", 3, "", { ...status, outdated: ["Deployment ps"] }), {
      outcome: "found",
      code: 3,
      what: "1.29.6 runs, 1.30.3 is wanted, 2 things to do",
      details: ["x", "Deployment ps: its sidecar is outdated"],
    });
    const drift = { drifted: [{ name: "Role a/b", kind: "missing" }], unknown: [] };
    assert.deepEqual(ended("drift", 3, "", drift), {
      outcome: "found",
      code: 3,
      what: "1 object drifted",
      details: ["Role a/b: is missing"],
    });
    const faults = { active: [{ effect: "mysql is away", start: "s", end: "none" }], proxies: { holding: 1 } };
    assert.deepEqual(ended("faults", 3, "", faults).details, ["mysql is away; since s, until none"]);
    const off = resultOf(
      "faults",
      { code: 0, log: "", output: '{"ended":["a"],"holding":0,"silent":0}' },
      { ...plain, off: true },
    );
    assert.deepEqual(off, { outcome: "done", code: 0, what: "1 host without faults again" });
  });

  it("an output that cannot be read counts as a failure", () => {
    assert.equal(resultOf("status", { code: 0, log: "", output: "" }, plain).outcome, "failed");
  });
});

describe("what is shown while a fleet is at work", () => {
  it("who is at work, for how long, with its newest line, cut to the terminal; then the counts", () => {
    const row = { cluster: "a", owner: false, first: false, inputs: "", began: "2026-11-26T20:00:00Z" };
    const rows = [
      { ...row, stack: "one", outcome: "running" as const },
      { ...row, stack: "second", outcome: "running" as const },
      { ...row, stack: "third", outcome: "waiting" as const },
    ];
    const now = Date.parse("2026-11-26T20:01:05Z");
    const lines = liveRows(rows, ({ stack }) => `installing ${stack}`.repeat(9), { now, columns: 80, height: 24 });
    assert.match(lines[0] ?? "", /^> one {5}1 min 5 s {3}installing oneinstalling one/);
    assert.equal(lines.at(-1), "2 running, 1 waiting");
    assert.ok(lines.every((line) => line.length < 80));
    assert.equal(liveRows(rows, () => "", { now, columns: 80, height: 3 }).length, 2, "no more than fit");
  });
});
