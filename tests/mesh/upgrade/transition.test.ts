import fc from "fast-check";
import assert from "node:assert/strict";
import * as semver from "semver";
import { faultLabel } from "../../../mesh/faults/faultObjects";
import { judgeTransition, type Transition } from "../../../mesh/upgrade/transition";

type Verdict = (running: string, wanted: string) => readonly string[];
const said =
  (text: string): Verdict =>
  (running, wanted) => [`Istio ${running} runs, ${wanted} is wanted: ${text}`];

const allowed: Verdict = () => [];
const layouts = said(
  "there is no way in place between the layouts. Build a new cluster and move the instance, or remove the mesh " +
    "(destroy: its CRDs and custom resources stay), upgrade Kubernetes and install afresh",
);
const classic = (from: string, to: string) =>
  said(`from ${from} to ${to} there is no way in place: the classic layout goes from 1.4 to 1.5 only`);
const minorRisk = said("going from 1.4 to 1.5 is a risk; acknowledge with istio.allow: [classic-minor]");
const risk = said("going back one minor is a risk; acknowledge with istio.allow: [downgrade]");
const two = (...hops: readonly string[]) =>
  said(
    `one minor at a time in place. Go through ${hops.join(", ")}, or install it beside the other with istio.revision`,
  );
const far = (...hops: readonly string[]) =>
  said(`too far: one minor at a time in place, two by revision. Go through ${hops.join(", ")}`);
const farBack: Verdict = (running, wanted) =>
  said(`going back is possible by one minor only. Set istio.version to ${running}`)(running, wanted);

/** The rows of the table of transitions and their neighbours: running, wanted, what is said. */
const rows: readonly (readonly [string, string, Verdict])[] = [
  ["1.4.6", "1.4.6", allowed],
  ["1.4.6", "1.4.10", allowed],
  ["1.4.10", "1.4.6", allowed],
  ["1.5.0", "1.5.10", allowed],
  ["1.4.10", "1.5.0", minorRisk],
  ["1.4.6", "1.5.10", minorRisk],
  ["1.3.8", "1.4.6", classic("1.3", "1.4")],
  ["1.3.8", "1.5.10", classic("1.3", "1.5")],
  ["1.5.0", "1.4.10", classic("1.5", "1.4")],
  ["1.4.6", "1.3.8", classic("1.4", "1.3")],
  ["1.5.10", "1.12.0", layouts],
  ["1.4.6", "1.30.3", layouts],
  ["1.11.8", "1.12.0", layouts],
  ["1.6.0", "1.5.10", layouts],
  ["1.30.3", "1.4.6", layouts],
  ["1.12.0", "1.5.10", layouts],
  ["1.12.0", "1.12.9", allowed],
  ["1.30.3", "1.30.0", allowed],
  ["1.12.0", "1.13.0", allowed],
  ["1.22.0", "1.23.0", allowed],
  ["1.23.6", "1.24.6", allowed],
  ["1.28.10", "1.29.6", allowed],
  ["1.29.6", "1.30.3", allowed],
  ["1.39.0", "1.40.0", allowed],
  ["1.28.10", "1.30.3", two("1.29", "1.30")],
  ["1.23.6", "1.25.0", two("1.24", "1.25")],
  ["1.28.10", "1.31.0", far("1.29", "1.30", "1.31")],
  ["1.19.0", "1.23.6", far("1.20", "1.21", "1.22", "1.23")],
  ["1.30.3", "1.29.6", risk],
  ["1.24.0", "1.23.6", risk],
  ["1.30.3", "1.28.10", farBack],
  ["1.31.0", "1.24.0", farBack],
];

const refuse = (running: string, wanted: string, more: Partial<Transition> = {}) =>
  judgeTransition({ running, wanted, allow: [], ...more }).refused;

describe("transition in place: running, wanted", () => {
  for (const [running, wanted, verdict] of rows) {
    it(`${running} to ${wanted} is ${verdict === allowed ? "allowed" : "refused"}`, () => {
      assert.deepEqual(refuse(running, wanted), verdict(running, wanted));
    });
  }

  it("a control plane whose version cannot be read is not judged", () => {
    for (const running of ["", "latest", "1.30", "unreadable"]) assert.deepEqual(refuse(running, "1.30.3"), []);
  });

  it("a risk opens its own step and no other", () => {
    for (const [running, wanted, verdict] of rows) {
      const expected = verdict === risk || verdict === minorRisk ? allowed : verdict;
      const allow = ["downgrade", "classic-minor"];
      assert.deepEqual(refuse(running, wanted, { allow }), expected(running, wanted));
      assert.deepEqual(refuse(running, wanted, { allow: ["end-of-life", "downtime"] }), verdict(running, wanted));
    }
  });

  it("1.4 to 1.5 waits until Galley's webhook is gone, also when the risk is acknowledged", () => {
    assert.deepEqual(refuse("1.4.6", "1.5.10", { galley: true, allow: ["classic-minor"] }), [
      "Istio 1.4.6 runs, 1.5.10 is wanted: the upgrade to 1.5 fails while the webhook that Galley 1.4 made is there. " +
        "First: kubectl delete validatingwebhookconfiguration istio-galley",
    ]);
    assert.deepEqual(refuse("1.4.6", "1.4.10", { galley: true }), []);
  });

  it("no allowed step in place skips a minor, whatever is acknowledged", () => {
    const version = fc
      .tuple(fc.integer({ min: 3, max: 40 }), fc.nat(20))
      .map(([x, y]) => `1.${String(x)}.${String(y)}`);
    const risks = fc.subarray(["downgrade", "classic-minor", "end-of-life", "untested-kubernetes", "downtime"]);
    fc.assert(
      fc.property(version, version, risks, (running, wanted, allow) => {
        if (refuse(running, wanted, { allow }).length > 0) return;
        assert.ok(Math.abs(semver.minor(running) - semver.minor(wanted)) <= 1, `${running} to ${wanted}`);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("transition by revision", () => {
  const beside = { byRevision: true };
  for (const [running, wanted, verdict] of [
    ["1.28.10", "1.28.9", allowed],
    ["1.28.10", "1.29.6", allowed],
    ["1.28.10", "1.30.3", allowed],
    ["1.28.10", "1.31.0", far("1.29", "1.30", "1.31")],
    ["1.30.3", "1.29.6", risk],
    ["1.30.3", "1.28.10", farBack],
  ] as const) {
    it(`${running} and ${wanted} beside it is ${verdict === allowed ? "allowed" : "refused"}`, () => {
      assert.deepEqual(refuse(running, wanted, beside), verdict(running, wanted));
    });
  }
});

describe("transition: proxies, faults, ways back", () => {
  const behind = (namespace: string, count: number, ...names: readonly string[]) =>
    `Istio 1.29.6 runs, 1.30.3 is wanted: namespace ${namespace} has 1.28.10 (${String(count)} proxies), more than one minor ` +
    `behind 1.30.3. First roll it at 1.29.6: with rollout.namespaces, or kubectl rollout restart deployment,statefulset -n ` +
    `${namespace}; or acknowledge each workload with istio.allow: ` +
    `[${names.map((name) => `old-proxies:${namespace}/${name}`).join(", ")}]`;
  const proxies = {
    "dev701/ps": { "1.29.6": 3, "1.28.10": 2 },
    "dev701/ui": { "1.28.10": 1 },
    "other/a": { "1.29.6": 1 },
    "legacy/ledger": { "1.28.10": 2 },
  };

  it("proxies that the new control plane would not serve refuse, with their workload", () => {
    assert.deepEqual(refuse("1.29.6", "1.30.3", { proxies }), [
      behind("dev701", 3, "ps", "ui"),
      behind("legacy", 2, "ledger"),
    ]);
  });

  it("each workload that is acknowledged is only warned of", () => {
    const allow = ["old-proxies:legacy/ledger"];
    assert.deepEqual(refuse("1.29.6", "1.30.3", { proxies, allow }), [behind("dev701", 3, "ps", "ui")]);
    assert.deepEqual(
      judgeTransition({
        running: "1.29.6",
        wanted: "1.30.3",
        proxies,
        allow: [...allow, "old-proxies:dev701/ps", "old-proxies:dev701/ui"],
      }),
      {
        refused: [],
        warnings: ["dev701/ps keeps 1.28.10 (2", "dev701/ui keeps 1.28.10 (1", "legacy/ledger keeps 1.28.10 (2"].map(
          (text) => `${text} proxies), more than one minor behind 1.30.3`,
        ),
      },
    );
  });

  it("a patch makes nothing worse for those that are too old already", () => {
    const old = { "legacy/ledger": { "1.27.9": 1 } };
    assert.deepEqual(judgeTransition({ running: "1.29.6", wanted: "1.29.7", proxies: old, allow: [] }), {
      refused: [],
      warnings: ["legacy/ledger keeps 1.27.9 (1 proxies), more than one minor behind 1.29.7"],
    });
  });

  it("beside the old control plane the proxies stay with it", () => {
    assert.deepEqual(refuse("1.29.6", "1.30.3", { byRevision: true, proxies }), []);
    assert.deepEqual(refuse("1.29.6", "1.30.3", { byRevision: true, proxies: { "a/b": { "1.27.9": 1 } } }), []);
  });

  it("active faults refuse a change of version with the command that ends them, and nothing else", () => {
    const end = `kubectl delete virtualservices.networking.istio.io -n dev701 -l ${faultLabel}`;
    assert.deepEqual(refuse("1.29.6", "1.30.3", { faults: ["dev701"] }), [
      `Istio 1.29.6 runs, 1.30.3 is wanted: faults are active in dev701. First end them: ${end}`,
    ]);
    assert.deepEqual(refuse("1.30.3", "1.30.3", { faults: ["dev701"] }), []);
  });

  it("after an update that did not finish both ways are open", () => {
    assert.deepEqual(refuse("1.30.3", "1.29.6", { unfinishedFrom: "1.29.6" }), []);
    assert.deepEqual(refuse("1.29.6", "1.30.3", { unfinishedFrom: "1.29.6" }), []);
    assert.deepEqual(refuse("1.30.3", "1.28.10", { unfinishedFrom: "1.29.6" }), farBack("1.30.3", "1.28.10"));
  });

  it("going back says what stays", () => {
    const { warnings } = judgeTransition({ running: "1.30.3", wanted: "1.29.6", allow: ["downgrade"] });
    assert.deepEqual(warnings, ["going back from 1.30.3 to 1.29.6: CRDs that only 1.30.3 has stay"]);
    assert.deepEqual(judgeTransition({ running: "1.29.6", wanted: "1.30.3", allow: [] }).warnings, []);
  });
});
