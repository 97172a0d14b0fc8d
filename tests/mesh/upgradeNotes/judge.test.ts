import assert from "node:assert/strict";
import { noObjects, type Kind } from "../../../mesh/upgradeNotes/kinds";
import { gateNotes, judgeStep, kindsOf, notesOf } from "../../../mesh/upgradeNotes/judge";
import { isReadable, type Step } from "../../../mesh/upgradeNotes/note";
import { endOfLife, hops, newestKnown } from "../../../mesh/upgradeNotes/path";
import { makeReport, markdown } from "../../../mesh/upgradeNotes/report";
import { all, istiod, one, type Some } from "./fixtures/make";

const evidence = (some: Some, unseen: Readonly<Partial<Record<Kind, string>>> = {}) => ({
  objects: { ...noObjects, ...some },
  unseen,
});
const ids = (step: Step) => notesOf(step).map(({ id }) => id);
const differing = all(
  one("destinationRules", "a", { host: "web" }),
  one("destinationRules", "b", { host: "web", exportTo: ["."] }),
);
const to24 = { from: "1.23.6", to: "1.24.6" };

describe("upgrade notes, of a step", () => {
  it("a minor's notes belong to the step into it, not to the one after", () => {
    assert.ok(ids(to24).includes("24-05"));
    assert.ok(!ids({ from: "1.24.6", to: "1.25.5" }).includes("24-05"));
    assert.deepEqual(ids({ from: "1.24.5", to: "1.24.6" }), ["30-p4", "30-p5"]);
  });

  it("a release candidate counts as its minor", () => {
    assert.ok(ids({ from: "1.30.3", to: "1.31.0-rc.0" }).includes("31-04"));
  });

  it("a bad patch is named for itself alone", () => {
    assert.ok(ids({ from: "1.29.6", to: "1.30.1" }).includes("30-p1"));
    assert.ok(!ids({ from: "1.29.6", to: "1.30.2" }).includes("30-p1"));
  });

  it("what came inside patches belongs to the step over that patch", () => {
    assert.ok(ids({ from: "1.28.3", to: "1.28.4" }).includes("29-07"));
    assert.ok(!ids({ from: "1.28.4", to: "1.29.0" }).includes("29-07"));
    assert.ok(ids({ from: "1.28.3", to: "1.29.0" }).includes("29-07"));
  });

  it("reads what its notes need, and no more", () => {
    const read = kindsOf([{ from: "1.30.3", to: "1.31.0" }]);
    assert.ok(read.includes("tcpRoutes") && read.includes("destinationRules"));
    assert.ok(!read.includes("cacerts") && !read.includes("nodes"));
    assert.ok(kindsOf([to24]).length < 30);
  });
});

describe("upgrade notes, in the gate", () => {
  const verdict = (some: Some, step: Step = to24) => judgeStep(evidence(some), step);

  it("a refusal names the object, the way out, the link, and how it is acknowledged", () => {
    const { refused } = gateNotes(verdict(differing), []);
    assert.equal(refused.length, 1);
    assert.match(
      refused[0] ?? "",
      /^upgrade note 24-05: .*DestinationRule dev\/a is for web.*To do: give them the same exportTo\. See https:.*52519\.yaml\. Or acknowledge it with istio\.allow: \["upgrade:24-05"\]$/,
    );
  });

  it("an acknowledged one is a warning, and lets the step through", () => {
    const { refused, warnings } = gateNotes(verdict(differing), ["upgrade:24-05"]);
    assert.deepEqual(refused, []);
    assert.match(warnings[0] ?? "", /^upgrade note, acknowledged: 24-05/);
  });

  it("an acknowledgement of something that is no hit is named; others' risks are none of its business", () => {
    const stale = "istio.allow: upgrade:24-07 acknowledges nothing of this run: remove it";
    assert.deepEqual(gateNotes(verdict({}), ["upgrade:24-07", "downgrade"]).warnings, [stale]);
    assert.deepEqual(gateNotes(undefined, ["upgrade:24-07"]).warnings, [stale]);
  });

  it("a switch that keeps what was ends the refusal, in istiod that runs or in the new release", () => {
    const name = "ENABLE_ENHANCED_DESTINATIONRULE_MERGE";
    assert.deepEqual(gateNotes(verdict(all(differing, istiod({ [name]: "false" }))), []).refused, []);
    assert.deepEqual(gateNotes(verdict(differing, { ...to24, env: { [name]: "false" } }), []).refused, []);
    // What the new release takes away does not keep anything.
    const gone = verdict(all(differing, istiod({ [name]: "false" })), { ...to24, env: {} });
    assert.equal(gateNotes(gone, []).refused.length, 1);
  });

  it("what may not be read is named with its notes, never taken as clean", () => {
    const denied = judgeStep(evidence({}, { destinationRules: "HTTP 403" }), to24);
    const { refused, warnings } = gateNotes(denied, []);
    assert.deepEqual(refused, []);
    assert.match(warnings[0] ?? "", /^upgrade notes .*24-05.* are not judged in full: .*DestinationRule \(HTTP 403\)/);
  });

  it("three of many objects are shown, the rest is counted", () => {
    const many = all(
      ...["a", "b", "c", "d", "e"].map((name) =>
        one("gatewayApiGateways", name, { gatewayClassName: "istio-waypoint" }),
      ),
    );
    const [line] = gateNotes(verdict(many, { from: "1.27.9", to: "1.28.10" }), []).notes;
    assert.match(line ?? "", /Gateway dev\/c is a waypoint; and 2 more/);
  });

  it("what nobody sees in a cluster is named in one line", () => {
    const { notes } = gateNotes(verdict({}, { from: "1.26.8", to: "1.27.9" }), []);
    assert.match(notes.at(-1) ?? "", /27-05, 27-09, .*jam-istio precheck/);
  });
});

describe("upgrade notes, the way", () => {
  it("goes a minor at a time, by the newest patches", () => {
    const way = hops("1.28.10", "1.31.0-rc.0").map(({ to }) => to);
    assert.deepEqual(way, ["1.29.6", "1.30.4", "1.31.0-rc.0"]);
    assert.deepEqual(hops("1.30.0", "1.30.3"), [{ from: "1.30.0", to: "1.30.3" }]);
    assert.deepEqual(hops("1.30.3", "1.30.3"), []);
    assert.equal(newestKnown(), "1.31.1");
  });

  it("support ends six weeks after the second next minor, where nothing is announced", () => {
    assert.deepEqual(endOfLife("1.29"), { date: "2026-10-12", isAnnounced: true });
    assert.equal(endOfLife("1.30"), undefined);
    assert.deepEqual(endOfLife("1.27"), { date: "7 Apr 2026", isAnnounced: true });
  });

  it("is reported by step, with what was found, in Markdown, too", () => {
    const steps = hops("1.22.8", "1.24.6");
    const report = makeReport(evidence(differing), steps, { cluster: "dev", kubernetes: "1.30" });
    assert.deepEqual(report.summary, { refused: 1, warned: 0, informed: 0, unjudged: 0 });
    const [finding] = report.hops[1]?.findings ?? [];
    assert.equal(finding?.acknowledge, "upgrade:24-05");
    assert.match(
      markdown(report),
      /\| 24-05 \| refuse \| \[DestinationRules of one host.*\]\(https:.*<br>DestinationRule dev\/b/,
    );
  });

  it("every note that can be judged is of some step of the known minors", () => {
    const way = hops("1.20.8", newestKnown()).flatMap(ids);
    const passed = notesOf({ from: "1.0.0", to: newestKnown() })
      .filter(isReadable)
      .map(({ id }) => id);
    assert.deepEqual(
      passed.filter((id) => !way.includes(id)),
      [],
    );
  });
});
