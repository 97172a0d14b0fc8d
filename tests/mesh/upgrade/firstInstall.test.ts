// What a first install left that never got ready, such as one of a version that somebody typed wrong.
import assert from "node:assert/strict";
import type { ControlPlane } from "../../../mesh/istio/controlPlanes";
import { judge } from "../../../mesh/upgrade/gate";
import type { JudgedMesh, ObservedMesh } from "../../../mesh/upgrade/gateTypes";
import { runningOf } from "../../../mesh/upgrade/revisions";
import { base, found, known, now, record, wanted } from "./gateSupport";

const down: ControlPlane = { revision: "default", name: "istiod", declared: "1.30.3", ready: [] };
const istiod = (status: string, revision = 1, release = "istiod") =>
  record(release, revision, { status, chartVersion: "1.30.3" });
const lower = wanted({ version: "1.29.6", known: known(1, "istio-base", "istiod"), resumed: true });
const failed = { records: [base, istiod("failed")] };
const risk =
  "Istio 1.30.3 runs, 1.29.6 is wanted: going back one minor is a risk; acknowledge with istio.allow: [downgrade]";

interface Row {
  readonly title: string;
  readonly found: Partial<ObservedMesh>;
  readonly wanted?: Partial<JudgedMesh>;
  readonly runs: string | undefined;
}

const rows: readonly Row[] = [
  { title: "failed", found: failed, runs: undefined },
  { title: "failed twice", found: { records: [base, istiod("failed"), istiod("failed", 2)] }, runs: undefined },
  { title: "broken off", found: { records: [base, istiod("pending-install")] }, runs: undefined },
  { title: "pods without a proxy", found: { ...failed, proxies: { dev701: {} } }, runs: undefined },
  {
    title: "failed, and ready after all",
    found: { ...failed, controlPlanes: [{ ...down, ready: ["1.30.3"] }] },
    runs: "1.30.3",
  },
  {
    title: "failed after one that was deployed",
    found: { records: [istiod("deployed"), istiod("failed", 2)] },
    runs: "1.30.3",
  },
  {
    title: "failed after one that was replaced",
    found: { records: [istiod("superseded"), istiod("failed", 2)] },
    runs: "1.30.3",
  },
  { title: "failed after an update that finished", found: failed, wanted: { recorded: "1.30.2" }, runs: "1.30.2" },
  {
    title: "failed, and proxies came from it",
    found: { ...failed, proxies: { dev701: { "1.30.3": 1 } } },
    runs: "1.30.3",
  },
  { title: "failed, and proxies may not be seen", found: { ...failed, proxiesUnseen: true }, runs: "1.30.3" },
  { title: "made by hand, and down for the moment", found: { records: [] }, runs: "1.30.3" },
  { title: "made by another release, and down", found: { records: [istiod("failed", 1, "istio")] }, runs: "1.30.3" },
];

describe("gate: a first install that never got ready", () => {
  for (const { title, found: more, wanted: asked, runs } of rows) {
    it(`${title}: ${runs ?? "nothing"} runs`, () => {
      assert.equal(runningOf(found({ controlPlanes: [down], ...more }), { ...lower, ...asked }), runs);
    });
  }

  it("takes another version without more ado", () => {
    assert.deepEqual(judge(found({ controlPlanes: [down], ...failed }), lower, now).refused, []);
  });

  it("one that counts is judged by the rules of upgrades", () => {
    const records = [base, istiod("deployed"), istiod("failed", 2)];
    assert.deepEqual(judge(found({ controlPlanes: [down], records }), lower, now).refused, [risk]);
  });

  it("a canary of it is judged against the other control planes alone", () => {
    const canary = { ...down, revision: "canary", name: "istiod-canary", declared: "1.31.0" };
    const controlPlanes = [{ ...down, declared: "1.28.10", ready: ["1.28.10"] }, canary];
    const more = { revision: "canary", injection: "revision", controlPlaneRelease: "istiod-canary" } as const;
    const records = [base, istiod("failed", 1, "istiod-canary")];
    const releases = ["istio-base", "istiod-canary"];
    const mesh = { ...lower, ...more, releases, asked: releases, known: known(1, "istio-base") };
    assert.deepEqual(judge(found({ controlPlanes, records }), mesh, now).refused, []);
  });
});
