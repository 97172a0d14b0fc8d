// The gate's verdict on everything but Helm releases: namespaces, a shared control plane, versions.
import assert from "node:assert/strict";
import { unreadable } from "../../../mesh/istio/images";
import { judge } from "../../../mesh/upgrade/gate";
import { found, known, now, record, resumed, wanted } from "./gateSupport";

const deleted = (name: string) =>
  `namespace ${name} is being deleted. Wait until it is gone; what holds it: kubectl get namespace ${name} -o jsonpath='{.status.conditions}'`;
const noControlPlane =
  "no control plane runs in istio-system. Run up for the stack that owns it first, or set istio.controlPlane: managed";
const untested = "Istio 1.30 is tested on Kubernetes 1.27 to 1.36, not on 1.37";
const back =
  "Istio 1.31.0 runs, 1.30.3 is wanted: going back one minor is a risk; acknowledge with istio.allow: [downgrade]";
const ended = "Istio 1.28 is past its end of life (1 Jul 2026); acknowledge with istio.allow: [end-of-life]";

const fine = { refused: [], repairs: [], adopt: [], warnings: [] };

describe("gate: the cluster", () => {
  it("namespaces that are being deleted refuse, each by its name", () => {
    const verdict = judge(found({ terminating: ["istio-system", "dev701"] }), wanted(), now);
    assert.deepEqual(verdict, {
      refused: [deleted("istio-system"), deleted("dev701")],
      repairs: [],
      adopt: [],
      warnings: [],
    });
  });

  it("an unsupported Kubernetes refuses; acknowledged, it warns", () => {
    const cluster = found({ kubernetes: "1.37" });
    const refused = `${untested}. Choose a matching pair, or acknowledge with istio.allow: [untested-kubernetes]`;
    assert.deepEqual(judge(cluster, wanted(), now), { refused: [refused], repairs: [], adopt: [], warnings: [] });
    assert.deepEqual(judge(cluster, wanted({ allow: ["untested-kubernetes"] }), now), {
      ...fine,
      warnings: [untested],
    });
  });

  it("a cluster that was upgraded below a mesh which stays as it is warns, whatever else changes", () => {
    for (const [kubernetes, text] of [
      ["1.37", untested],
      ["1.31", "Istio 1.30 is supported on Kubernetes 1.32 to 1.36; on 1.31 it is tested, not supported"],
    ] as const)
      assert.deepEqual(judge(found({ running: "1.30.3", kubernetes }), wanted(resumed), now), {
        ...fine,
        warnings: [text],
      });
    const [refused] = judge(found({ running: "1.30.2", kubernetes: "1.37" }), wanted(resumed), now).refused;
    assert.equal(
      refused,
      `${untested}. Choose a matching pair, or acknowledge with istio.allow: [untested-kubernetes]`,
    );
  });

  it("what runs is judged, not what the state says", () => {
    const cluster = found({ running: "1.31.0", records: [record("istio-base", 1), record("istiod", 1)] });
    const verdict = judge(cluster, wanted({ known: known(1, "istio-base", "istiod") }), now);
    assert.deepEqual(verdict, { refused: [back], repairs: [], adopt: [], warnings: [] });
  });

  it("one minor back is let through where the risk is acknowledged", () => {
    assert.deepEqual(judge(found({ running: "1.31.0" }), wanted({ ...resumed, allow: ["downgrade"] }), now), {
      ...fine,
      warnings: ["going back from 1.31.0 to 1.30.3: CRDs that only 1.31.0 has stay"],
    });
  });

  it("a tag in the user's values is what counts: with it nothing changes", () => {
    const cluster = found({ running: "1.30.2", faults: ["dev701"] });
    assert.deepEqual(judge(cluster, wanted({ ...resumed, target: "1.30.2" }), now), fine);
    assert.equal(judge(cluster, wanted(resumed), now).refused.length, 1);
  });

  it("a running version that cannot be read is not judged, and said", () => {
    const text = "the running control plane's image has no version: the step to the new one is not judged";
    assert.deepEqual(judge(found({ running: unreadable }), wanted(resumed), now), { ...fine, warnings: [text] });
    const kubernetes = { running: unreadable, kubernetes: "1.37" };
    assert.deepEqual(judge(found(kubernetes), wanted({ ...resumed, allow: ["untested-kubernetes"] }), now), {
      ...fine,
      warnings: [untested, text],
    });
  });

  it("a mesh without Helm's records is refused to a stack that did not install it", () => {
    const foreign = (what: string) => [
      `${what} runs in istio-system without a Helm release named istio-base or istiod: it was installed in another way. ` +
        "npx jam-istio adopt dev701 shows how it is taken over",
    ];
    const said = (running: string) => judge(found({ running }), wanted(), now).refused;
    assert.deepEqual(said("1.30.3"), foreign("Istio 1.30.3"));
    assert.deepEqual(said(unreadable), foreign("a control plane"));
    assert.deepEqual(judge(found({ running: "1.30.3" }), wanted(resumed), now).refused, []);
    const adopting = (adoptedBy: string) => {
      const mesh = found({ running: "1.30.3" });
      const planes = mesh.controlPlanes.map((plane) => ({ ...plane, adoptedBy }));
      return judge({ ...mesh, controlPlanes: planes }, wanted(), now).refused;
    };
    assert.deepEqual(adopting("dev701"), [], "one that this stack is taking over");
    assert.deepEqual(adopting("dev702"), foreign("Istio 1.30.3"), "one that another stack is taking over");
  });

  it("a step of one minor is let through, with the warnings of the wanted version", () => {
    assert.deepEqual(judge(found({ running: "1.27.3" }), wanted({ ...resumed, version: "1.28.10" }), now), {
      ...fine,
      warnings: [ended],
    });
  });

  it("everything that is wrong is said at once: namespaces, Kubernetes, transition, releases", () => {
    const cluster = found({ kubernetes: "1.20", running: "1.31.0", terminating: ["dev701"] });
    const verdict = judge(cluster, wanted({ known: known(1, "istiod") }), now);
    assert.deepEqual(verdict.refused, [
      deleted("dev701"),
      "Istio 1.30 is not known to work on Kubernetes 1.20: 1.27 is the oldest that it was tested on. Upgrade the cluster first, or use an older Istio",
      back,
      "release istiod is in the stack's state and not in the cluster: it was uninstalled, by somebody or by a run that was killed. Run: pulumi refresh --yes, then up again",
    ]);
  });
});

describe("gate: a shared control plane", () => {
  const shared = wanted({ controlPlane: "shared", releases: [] });

  it("has to run", () => {
    assert.deepEqual(judge(found(), shared, now), { refused: [noControlPlane], repairs: [], adopt: [], warnings: [] });
  });
  it("is enough when it runs: Kubernetes, versions and releases are its owner's affair", () => {
    const records = [record("istiod", 1, { status: "uninstalling" })];
    assert.deepEqual(judge(found({ running: "1.28.10", kubernetes: "1.20", records }), shared, now), {
      ...fine,
      warnings: ["Istio 1.28.10 runs, the settings say 1.30.3"],
    });
  });
  it("is enough when its version cannot be read", () => {
    assert.deepEqual(judge(found({ running: unreadable }), shared, now), fine);
  });
  it("does not help where the instance's namespace is being deleted", () => {
    assert.deepEqual(judge(found({ terminating: ["dev701"] }), shared, now).refused, [
      deleted("dev701"),
      noControlPlane,
    ]);
  });
});
