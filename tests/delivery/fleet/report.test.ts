import Ajv from "ajv";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import pc from "picocolors";
import { parseReport, type FleetReport, type FleetRow } from "../../../delivery/fleet/report";
import { firstRows } from "../../../delivery/fleet/resume";
import { codeOf, orderText, reportText } from "../../../delivery/fleet/text";
import { projectRoot } from "../../support/command";

const row = (stack: string, more: Partial<FleetRow>): FleetRow => ({
  ...{ stack, cluster: "lab", owner: false, first: false, inputs: "x", outcome: "done" },
  ...more,
});

const reportOf = (stacks: FleetRow[], more: Partial<FleetReport> = {}): FleetReport => ({
  form: "jam-istio fleet 1",
  command: "up",
  state: "ended",
  began: "2026-11-26T20:00:00.000Z",
  seconds: 192,
  parallel: 2,
  maxFailures: 1,
  logs: "logs",
  stacks,
  ...more,
});

const failed = reportOf([
  row("owner", { owner: true, outcome: "failed", seconds: 12, what: "refused", code: 1, log: "owner.log" }),
  row("guest", { outcome: "not begun", what: "owner failed, which owns its control plane" }),
]);

describe("the report of a fleet", () => {
  it("is as its published schema says, and is read again", () => {
    const schema: unknown = JSON.parse(readFileSync(join(projectRoot, "docs", "fleet.schema.json"), "utf8"));
    const valid = new Ajv().compile(schema as object);
    assert.ok(valid(failed), JSON.stringify(valid.errors));
    assert.ok(!valid({ ...failed, command: "down" }));
    assert.deepEqual(parseReport(JSON.stringify(failed)), failed);
    assert.throws(() => parseReport("{"), /it is no JSON/);
    assert.throws(() => parseReport('{"form": "another"}'), /it is no report of jam-istio fleet: /);
  });

  it("a person sees each stack, why one was not begun, and how to go on", () => {
    assert.equal(
      reportText(failed, pc.createColors(false)),
      [
        "stack  cluster  outcome    time  result",
        "owner  lab      failed     12 s  refused",
        "guest  lab      not begun  -     owner failed, which owns its control plane",
        "2 stacks in 3 min 12 s: 1 failed, 1 not begun",
        "logs and report: logs",
        "to go on with what is left: npm run fleet -- up --resume",
      ].join("\n"),
    );
    const faults = [row("dev701", { outcome: "found", what: "2 hosts with faults", details: ["a", "b"] })];
    const text = reportText(reportOf(faults, { command: "faults" }), pc.createColors(false));
    assert.match(text, /\n! dev701: a\n! dev701: b\n1 stack in 3 min 12 s: 1 found\nlogs and report: logs$/);
  });

  it("fits into 80 columns of a terminal, and the order into a frame", () => {
    const text = orderText([row("o", { owner: true, first: true, outcome: "waiting" })], "up of 1 stack:", 80);
    assert.match(text, /│ 1 +│ o +│ lab +│ owns its control plane, before all others +│/);
    for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  });

  it("exit codes: a stop by hand, a failure, something found, all well", () => {
    assert.equal(codeOf(reportOf([row("a", {})])), 0);
    assert.equal(codeOf(reportOf([row("a", {}), row("b", { outcome: "found" })])), 3);
    assert.equal(codeOf(reportOf([row("a", { outcome: "failed" }), row("b", { outcome: "found" })])), 1);
    assert.equal(codeOf(failed), 1);
    assert.equal(codeOf({ ...failed, state: "stopped" }), 4);
  });

  it("a run that goes on skips what went through with the same inputs, and nothing else", () => {
    const earlier = reportOf([
      row("done", { what: "3 created" }),
      row("skipped", { outcome: "skipped" }),
      row("edited", { inputs: "before" }),
      row("failed", { outcome: "failed" }),
      row("killed", { outcome: "running" }),
    ]);
    const now = firstRows(earlier.stacks, () => "x", earlier).map(({ stack, outcome }) => `${stack}: ${outcome}`);
    assert.deepEqual(now, [
      "done: skipped",
      "skipped: skipped",
      "edited: waiting",
      "failed: waiting",
      "killed: waiting",
    ]);
  });

  it("nor guests of an owner that is deployed anew", () => {
    const earlier = reportOf([
      row("owner", { owner: true, cluster: "a", inputs: "before" }),
      row("guest", { cluster: "a", what: "3 created" }),
      row("other", { cluster: "b" }),
    ]);
    const now = firstRows(earlier.stacks, () => "x", earlier).map(({ stack, outcome }) => `${stack}: ${outcome}`);
    assert.deepEqual(now, ["owner: waiting", "guest: waiting", "other: skipped"]);
  });
});
