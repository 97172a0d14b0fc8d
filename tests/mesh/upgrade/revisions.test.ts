import assert from "node:assert/strict";
import { faultLabel } from "../../../mesh/faults/faultObjects";
import type { ControlPlane } from "../../../mesh/istio/controlPlanes";
import { controlPlaneReleaseName } from "../../../mesh/istio/names";
import { judge } from "../../../mesh/upgrade/gate";
import { controlPlaneOf, judgeOtherRevisions, unserved as judgeUnserved } from "../../../mesh/upgrade/revisions";
import { base, found, known, now, wanted } from "./gateSupport";

const plane = (revision: string, version: string, ready = [version]): ControlPlane => ({
  revision,
  name: revision === "default" ? "istiod" : `istiod-${revision}`,
  declared: version,
  ready,
});
const canary = wanted({ revision: "canary", injection: "revision" });
const beside = (planes: readonly ControlPlane[], more: Parameters<typeof wanted>[0] = {}, cluster = {}) =>
  judgeOtherRevisions(found({ controlPlanes: planes, ...cluster }), { ...canary, ...more });
const said = (running: string, text: string) => `Istio ${running} runs, 1.30.3 is wanted: ${text}`;
const risk = "going back one minor is a risk; acknowledge with istio.allow: [downgrade]";
const far = "too far: one minor at a time in place, two by revision. Go through 1.28, 1.29, 1.30";
const unserved =
  "namespaces labelled istio-injection=enabled are served by the control plane without a revision, and none runs: set " +
  "injection: revision";

describe("revisions: which control plane is meant", () => {
  const planes = [plane("default", "1.29.6"), plane("canary", "1.30.3")];

  it("that of the settings' revision", () => {
    assert.equal(controlPlaneOf(planes, { revision: "canary" })?.name, "istiod-canary");
  });

  it("the one without a revision where the settings name none", () => {
    assert.equal(controlPlaneOf(planes, {})?.name, "istiod");
    assert.equal(controlPlaneOf(planes, { revision: undefined })?.name, "istiod");
  });

  it("none where it does not run, although others do", () => {
    assert.equal(controlPlaneOf(planes, { revision: "blue" }), undefined);
    assert.equal(controlPlaneOf([plane("canary", "1.30.3")], {}), undefined);
    assert.equal(controlPlaneOf([], {}), undefined);
  });

  it("its release carries the revision in its name", () => {
    assert.equal(controlPlaneReleaseName(undefined), "istiod");
    assert.equal(controlPlaneReleaseName("canary"), "istiod-canary");
  });
});

describe("revisions: a control plane beside others", () => {
  const fine = { refused: [], warnings: [] };
  const rows: readonly (readonly [string, readonly ControlPlane[], readonly string[]])[] = [
    ["the first one of all", [], []],
    ["the same version", [plane("default", "1.30.3")], []],
    ["one minor ahead", [plane("default", "1.29.6")], []],
    ["two minors ahead", [plane("default", "1.28.10")], []],
    ["three minors ahead", [plane("default", "1.27.3")], [said("1.27.3", far)]],
    ["one minor behind", [plane("default", "1.31.0")], [said("1.31.0", risk)]],
    [
      "judged against each",
      [plane("default", "1.27.3"), plane("blue", "1.31.0")],
      [said("1.27.3", far), said("1.31.0", risk)],
    ],
    ["two of a version are named once", [plane("default", "1.27.3"), plane("blue", "1.27.3")], [said("1.27.3", far)]],
    [
      "one in the middle of an upgrade counts as its lower",
      [plane("default", "1.28.0", ["1.27.3", "1.28.0"])],
      [said("1.27.3", far)],
    ],
    ["one that is down counts as what it asks for", [plane("default", "1.27.3", [])], [said("1.27.3", far)]],
    ["one whose version cannot be read is not judged", [plane("default", "unreadable")], []],
  ];
  for (const [title, planes, refused] of rows) {
    it(`${title}: ${refused.length === 0 ? "allowed" : "refused"}`, () => {
      assert.deepEqual(beside(planes), { refused, warnings: [] });
    });
  }

  it("the version that the stack recorded is not theirs", () => {
    assert.deepEqual(beside([plane("default", "1.29.6", [])], { recorded: "1.27.3" }), fine);
  });

  it("an acknowledged step back is warned of, once for each version", () => {
    const planes = [plane("default", "1.31.0"), plane("blue", "1.31.0"), plane("green", "1.31.1")];
    const back = (from: string) => `going back from ${from} to 1.30.3: CRDs that only ${from} has stay`;
    assert.deepEqual(beside(planes, { allow: ["downgrade"] }), {
      refused: [],
      warnings: [back("1.31.0"), back("1.31.1")],
    });
  });

  it("proxies that are too old for it refuse nothing: they stay with theirs", () => {
    const cluster = { proxies: { "dev701/ps": { "1.28.10": 2 } } };
    assert.deepEqual(beside([plane("default", "1.29.6")], {}, cluster), fine);
  });

  it("active faults refuse it", () => {
    const end = `kubectl delete virtualservices.networking.istio.io -n dev701 -l ${faultLabel}`;
    const text = said("1.29.6", `faults are active in dev701. First end them: ${end}`);
    assert.deepEqual(beside([plane("default", "1.29.6")], {}, { faults: ["dev701"] }).refused, [text]);
  });
});

describe("revisions: namespaces that nobody would serve", () => {
  for (const [title, planes, more, refused] of [
    ["injection enabled, and no control plane", [], { injection: "enabled" }, [unserved]],
    ["injection enabled, and another revision only", [plane("blue", "1.30.3")], { injection: "enabled" }, [unserved]],
    ["injection enabled, served by the one without", [plane("default", "1.30.3")], { injection: "enabled" }, []],
    ["injection by revision", [], { injection: "revision" }, []],
    ["labels by hand", [], { injection: "unmanaged" }, []],
    ["the control plane without a revision itself", [], { injection: "enabled", revision: undefined }, []],
  ] as const) {
    it(`${title}: ${refused.length === 0 ? "fine" : "refused"}`, () => {
      assert.deepEqual(judgeUnserved(found({ controlPlanes: planes }), { ...canary, ...more }), refused);
    });
  }

  it("is said before what is wrong with the step", () => {
    const planes = [plane("blue", "1.27.3")];
    const verdict = judge(found({ controlPlanes: planes }), { ...canary, injection: "enabled", resumed: true }, now);
    assert.deepEqual(verdict.refused, [unserved, said("1.27.3", far)]);
  });

  it("also once the revision runs", () => {
    const planes = [plane("canary", "1.30.3")];
    const verdict = judge(found({ controlPlanes: planes }), { ...canary, injection: "enabled", resumed: true }, now);
    assert.deepEqual(verdict.refused, [unserved]);
  });
});

describe("revisions: what the gate makes of them", () => {
  const own = wanted({
    revision: "canary",
    injection: "revision",
    controlPlaneRelease: "istiod-canary",
    releases: ["istio-base", "istiod-canary"],
    known: known(1, "istio-base"),
  });
  const refusedBy = (...planes: readonly ControlPlane[]) =>
    judge(found({ controlPlanes: planes, records: [base] }), own, now).refused;

  it("one that runs already is judged in place: two minors at once are too many", () => {
    const way =
      "one minor at a time in place. Go through 1.29, 1.30, or install it beside the other with istio.revision";
    assert.deepEqual(refusedBy(plane("default", "1.30.3"), plane("canary", "1.28.10")), [said("1.28.10", way)]);
  });

  it("a new one that an interrupted run left without a ready pod is still judged beside the others", () => {
    assert.deepEqual(refusedBy(plane("default", "1.28.10"), plane("canary", "1.30.3", [])), []);
    assert.deepEqual(refusedBy(plane("default", "1.27.3"), plane("canary", "1.30.3", [])), [said("1.27.3", far)]);
  });

  it("a new one is judged beside the others: two minors at once are not", () => {
    assert.deepEqual(refusedBy(plane("default", "1.28.10")), []);
  });
});
