/*
 * What the program says today. FACTS, section 3, allows more with an acknowledgement (1.4 to 1.5, one minor back) or by
 * revision (two minors): those rows are refused here because they are not built, and change when they are.
 */
import assert from "node:assert/strict";
import { refuseTransition } from "../../mesh/transition";

const layouts = (running: string, wanted: string) => [
  `Istio ${running} runs, ${wanted} is wanted: there is no way in place between the layouts. Build a new cluster and ` +
    "move the instance, or remove the mesh (its CRDs stay), upgrade Kubernetes and install afresh",
];
const back = (running: string, wanted: string) => [
  `Istio ${running} runs, ${wanted} is wanted: going back over a minor is not supported. Set istio.version back to ${running}`,
];
const far = (running: string, wanted: string) => [
  `Istio ${running} runs, ${wanted} is wanted: this version of the program goes one minor at a time in the modern ` +
    "layout and stays within the minor in the classic one",
];
const allowed = () => [];

const rows: readonly (readonly [string, string, (running: string, wanted: string) => readonly string[]])[] = [
  ["1.4.6", "1.4.6", allowed],
  ["1.4.6", "1.4.10", allowed],
  ["1.4.10", "1.4.6", allowed],
  ["1.5.0", "1.5.10", allowed],
  ["1.3.8", "1.4.6", far],
  ["1.3.8", "1.5.10", far],
  ["1.4.10", "1.5.0", far],
  ["1.5.0", "1.4.10", back],
  ["1.4.6", "1.3.8", back],
  ["1.5.10", "1.12.0", layouts],
  ["1.4.6", "1.30.3", layouts],
  ["1.30.3", "1.4.6", layouts],
  ["1.12.0", "1.5.10", layouts],
  ["1.12.0", "1.12.9", allowed],
  ["1.30.3", "1.30.0", allowed],
  ["1.12.0", "1.13.0", allowed],
  ["1.28.10", "1.29.6", allowed],
  ["1.29.6", "1.30.3", allowed],
  ["1.30.3", "1.31.0", allowed],
  ["1.39.0", "1.40.0", allowed],
  ["1.28.10", "1.30.3", far],
  ["1.19.0", "1.30.3", far],
  ["1.30.3", "1.29.6", back],
  ["1.30.3", "1.28.10", back],
  ["1.20.0", "1.12.0", back],
];

describe("transition: running, wanted", () => {
  for (const [running, wanted, verdict] of rows) {
    it(`${running} to ${wanted} is ${verdict === allowed ? "allowed" : "refused"}`, () => {
      assert.deepEqual(refuseTransition(running, wanted), verdict(running, wanted));
    });
  }

  it("a control plane whose version cannot be read is not judged", () => {
    for (const running of ["", "latest", "1.30"]) assert.deepEqual(refuseTransition(running, "1.30.3"), []);
  });

  it("between every pair of modern minors only the same and the next are allowed", () => {
    const minors = Array.from({ length: 20 }, (_, at) => at + 12);
    const pairs = minors.flatMap((from) => minors.map((to) => [from, to] as const));
    const possible = pairs.filter(
      ([from, to]) => refuseTransition(`1.${String(from)}.1`, `1.${String(to)}.2`).length === 0,
    );
    assert.deepEqual(
      possible,
      pairs.filter(([from, to]) => to === from || to === from + 1),
    );
  });
});
