/*
 * What the program says today. FACTS, section 3, allows more with an acknowledgement (1.4 to 1.5) or by revision (two
 * minors): those rows are refused here because they are not built, and change when they are.
 */
import assert from "node:assert/strict";
import { refuseTransition } from "../../mesh/transition";

type Verdict = (running: string, wanted: string) => readonly string[];
const said =
  (text: string): Verdict =>
  (running, wanted) => [`Istio ${running} runs, ${wanted} is wanted: ${text}`];

const allowed: Verdict = () => [];
const layouts = said(
  "there is no way in place between the layouts. Build a new cluster and move the instance, or remove the mesh " +
    "(its CRDs stay), upgrade Kubernetes and install afresh",
);
const classic = said("in the classic layout this version of the program stays within the minor");
const crds = said("CRDs of Istio 1.23 and older are not upgraded by Helm, and not by this version of the program");
const risk = said("going back one minor is a risk; acknowledge with istio.allow: [downgrade]");
const far = (...hops: readonly string[]) => said(`one minor at a time. Go through ${hops.join(", ")}`);
const farBack: Verdict = (running, wanted) =>
  said(`going back is possible by one minor only. Set istio.version to ${running}`)(running, wanted);

const rows: readonly (readonly [string, string, Verdict])[] = [
  ["1.4.6", "1.4.6", allowed],
  ["1.4.6", "1.4.10", allowed],
  ["1.4.10", "1.4.6", allowed],
  ["1.5.0", "1.5.10", allowed],
  ["1.3.8", "1.4.6", classic],
  ["1.3.8", "1.5.10", classic],
  ["1.4.10", "1.5.0", classic],
  ["1.5.0", "1.4.10", classic],
  ["1.4.6", "1.3.8", classic],
  ["1.5.10", "1.12.0", layouts],
  ["1.4.6", "1.30.3", layouts],
  ["1.30.3", "1.4.6", layouts],
  ["1.12.0", "1.5.10", layouts],
  ["1.12.0", "1.12.9", allowed],
  ["1.23.0", "1.23.6", allowed],
  ["1.30.3", "1.30.0", allowed],
  ["1.12.0", "1.13.0", crds],
  ["1.22.0", "1.23.0", crds],
  ["1.23.6", "1.24.0", crds],
  ["1.19.0", "1.30.3", crds],
  ["1.23.6", "1.25.0", crds],
  ["1.24.0", "1.23.6", crds],
  ["1.20.0", "1.12.0", crds],
  ["1.30.3", "1.23.6", crds],
  ["1.24.0", "1.25.0", allowed],
  ["1.28.10", "1.29.6", allowed],
  ["1.29.6", "1.30.3", allowed],
  ["1.30.3", "1.31.0", allowed],
  ["1.39.0", "1.40.0", allowed],
  ["1.28.10", "1.30.3", far("1.29", "1.30")],
  ["1.24.0", "1.28.10", far("1.25", "1.26", "1.27", "1.28")],
  ["1.30.3", "1.29.6", risk],
  ["1.25.0", "1.24.6", risk],
  ["1.30.3", "1.28.10", farBack],
  ["1.31.0", "1.24.0", farBack],
];

const minors = Array.from({ length: 20 }, (_, at) => at + 12);
const pairs = minors.flatMap((from) => minors.map((to) => [from, to] as const));
const possible = (allow: readonly string[]) =>
  pairs.filter(([from, to]) => refuseTransition(`1.${String(from)}.1`, `1.${String(to)}.2`, allow).length === 0);

describe("transition: running, wanted", () => {
  for (const [running, wanted, verdict] of rows) {
    it(`${running} to ${wanted} is ${verdict === allowed ? "allowed" : "refused"}`, () => {
      assert.deepEqual(refuseTransition(running, wanted, []), verdict(running, wanted));
    });
  }

  it("a control plane whose version cannot be read is not judged", () => {
    for (const running of ["", "latest", "1.30", "unreadable"])
      assert.deepEqual(refuseTransition(running, "1.30.3", []), []);
  });

  it("between every pair of modern minors only the same and, from 1.24 on, the next are allowed", () => {
    assert.deepEqual(
      possible([]),
      pairs.filter(([from, to]) => to === from || (from >= 24 && to === from + 1)),
    );
  });
});

describe("transition: with an acknowledged downgrade", () => {
  for (const [running, wanted, verdict] of rows) {
    const expected = verdict === risk ? allowed : verdict;
    it(`${running} to ${wanted} is ${expected === allowed ? "allowed" : "refused"}`, () => {
      assert.deepEqual(refuseTransition(running, wanted, ["downgrade"]), expected(running, wanted));
    });
  }

  it("between every pair of modern minors the one before is allowed too, down to 1.24", () => {
    assert.deepEqual(
      possible(["downgrade"]),
      pairs.filter(([from, to]) => to === from || (Math.min(from, to) >= 24 && Math.abs(to - from) === 1)),
    );
  });

  it("another risk that is acknowledged does not help", () => {
    const allow = ["end-of-life", "untested-kubernetes"];
    assert.deepEqual(refuseTransition("1.30.3", "1.29.6", allow), risk("1.30.3", "1.29.6"));
  });
});
