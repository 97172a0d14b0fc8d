import assert from "node:assert/strict";
import { nextOf, type Rules } from "../../../delivery/fleet/next";
import type { FleetRow, Outcome } from "../../../delivery/fleet/report";

/** Stacks by their outcome: `owner@a*` owns the control plane of cluster a, `guest@a` lives on it, `!` is tried first. */
const rowsOf = (some: Readonly<Record<string, Outcome>>): readonly FleetRow[] =>
  Object.entries(some).map(([text, outcome]) => {
    const [stack = "", cluster = ""] = text.replace(/[*!]/g, "").split("@");
    return { stack, cluster, owner: text.includes("*"), first: text.includes("!"), inputs: "", outcome };
  });

const usual: Rules = { parallel: 2, maxFailures: 1, changes: true, stopped: false };

const nextText = (some: Readonly<Record<string, Outcome>>, rules: Partial<Rules> = {}) => {
  const { begin, never } = nextOf(rowsOf(some), { ...usual, ...rules });
  return { begin: begin.join(" "), never: never.map(({ stack, why }) => `${stack}: ${why}`) };
};

describe("which stack of a fleet begins next", () => {
  it("one of each cluster, as many clusters as are allowed; guests wait for their owner", () => {
    const all = { "o1@a*": "waiting", "g1@a": "waiting", "o2@b*": "waiting", "o3@c*": "waiting" } as const;
    assert.deepEqual(nextText(all), { begin: "o1 o2", never: [] });
    assert.deepEqual(nextText(all, { parallel: 9 }), { begin: "o1 o2 o3", never: [] });
    assert.equal(nextText({ ...all, "o1@a*": "running" }, { parallel: 9 }).begin, "o2 o3");
    assert.equal(nextText({ ...all, "o1@a*": "done", "o2@b*": "running" }).begin, "g1");
    assert.equal(nextText({ ...all, "o1@a*": "skipped", "o2@b*": "running" }).begin, "g1");
    assert.equal(nextText({ "g1@a": "waiting", "g2@a": "waiting" }).begin, "g1", "an owner that is not chosen");
  });

  it("what only looks does not wait for anything but its turn", () => {
    const all = { "o1@a*": "running", "g1@a": "waiting", "g2@a": "waiting" } as const;
    assert.equal(nextText(all, { changes: false }).begin, "g1");
    const failed = { "o1@a*": "failed", "g1@a": "waiting", "g2@a": "waiting" } as const;
    assert.deepEqual(nextText(failed, { changes: false, maxFailures: undefined }), { begin: "g1 g2", never: [] });
  });

  it("after a failure none begins, those at work go on", () => {
    const all = { "o1@a*": "failed", "o2@b*": "running", "o3@c*": "waiting" } as const;
    assert.deepEqual(nextText(all), { begin: "", never: ["o3: o1 failed"] });
    assert.deepEqual(nextText(all, { maxFailures: 2 }), { begin: "o3", never: [] });
    const two = { "o1@a*": "failed", "o2@b*": "failed", "o3@c*": "waiting" } as const;
    assert.deepEqual(nextText(two, { maxFailures: 2 }).never, ["o3: o1, o2 failed"]);
  });

  it("guests of an owner that failed never begin, however many may fail", () => {
    const all = { "o1@a*": "failed", "g1@a": "waiting", "g2@a": "waiting", "o2@b*": "waiting" } as const;
    assert.deepEqual(nextText(all, { maxFailures: 9 }), {
      begin: "o2",
      never: ["g1: o1 failed, which owns its control plane", "g2: o1 failed, which owns its control plane"],
    });
  });

  it("those that are tried first keep all others waiting, and a failure of one keeps them from beginning", () => {
    const all = { "o1@a*!": "running", "g1@a!": "waiting", "g2@a": "waiting", "o2@b*": "waiting" } as const;
    assert.deepEqual(nextText(all), { begin: "", never: [] });
    assert.deepEqual(nextText({ ...all, "o1@a*!": "done", "g1@a!": "running" }), { begin: "", never: [] });
    assert.equal(nextText({ ...all, "o1@a*!": "done", "g1@a!": "done" }).begin, "g2 o2");
    assert.deepEqual(nextText({ ...all, "o1@a*!": "failed" }, { maxFailures: 9 }).never, [
      "g1: o1 failed, which owns its control plane",
      "g2: o1 failed, which owns its control plane",
      "o2: o1 failed, which is tried before all others",
    ]);
  });

  it("after a stop by hand none begins", () => {
    const all = { "o1@a*": "running", "g1@a": "waiting", "o2@b*": "waiting" } as const;
    const why = "the run was stopped before its turn";
    assert.deepEqual(nextText(all, { stopped: true }), { begin: "", never: [`g1: ${why}`, `o2: ${why}`] });
  });
});
