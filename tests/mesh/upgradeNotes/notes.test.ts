/**
 * Every note finds what it is about, and not what is near. That the objects are what an API server gives is shown in
 * tests/e2e/upgradeNotes.test.ts; that Istio behaves as a note says in upgradeNotesIstiods.test.ts beside it, or it is its source's word.
 */
import assert from "node:assert/strict";
import { noObjects } from "../../../mesh/upgradeNotes/kinds";
import { isReadable, proofOf } from "../../../mesh/upgradeNotes/note";
import { allNotes } from "../../../mesh/upgradeNotes/rows";
import { istiodCases } from "../../e2e/support/notes/istiods/cases";
import { fixtures } from "./fixtures";
import { all, entriesOfInstance, istiod, mesh, pod, release, spaces, type Some } from "./fixtures/make";

const step = { from: "1.0.0", to: "1.99.0" };
const readable = allNotes.filter(isReadable);

/** What a mesh has that nobody has touched, and an application without anything special. */
const clean: Some = all(
  spaces("dev", "istio-system", "kube-system"),
  istiod({ PILOT_TRACE_SAMPLING: "1", CLUSTER_ID: "Kubernetes" }),
  mesh(
    "defaultConfig: {discoveryAddress: 'istiod.istio-system.svc:15012'}\nrootNamespace: istio-system\ntrustDomain: cluster.local",
  ),
  release("base", {}),
  release("istiod", { global: { hub: "docker.io/istio" } }),
  entriesOfInstance,
  pod("web", { proxy: "1.30.3", labels: { app: "web" }, annotations: { "sidecar.istio.io/status": "{}" } }),
);

describe("upgrade notes, each", () => {
  it("has an id of its own, and a fixture", () => {
    const ids = allNotes.map(({ id }) => id);
    assert.deepEqual(
      ids.filter((id, at) => ids.indexOf(id) !== at),
      [],
    );
    assert.deepEqual(readable.map(({ id }) => id).sort(), Object.keys(fixtures).sort());
  });

  it("is said to be shown by real istiods where it is, and nowhere else", () => {
    const said = allNotes.filter((row) => proofOf(row) === "istiod").map(({ id }) => id);
    assert.deepEqual(said.sort(), istiodCases.map(({ id }) => id).sort());
  });

  for (const row of readable) {
    const fixture = fixtures[row.id];
    if (fixture === undefined) continue;
    const found = (some: Some) => row.find({ ...noObjects, ...some }, { ...step, ...fixture.asked });

    it(`${row.id} finds what it is about`, () => {
      const [first] = found(fixture.hit);
      assert.match(first?.says ?? "nothing", fixture.says);
      assert.notEqual(first?.object, "");
    });

    it(`${row.id} leaves what is near`, () => {
      assert.deepEqual(found(fixture.miss), []);
    });

    it(`${row.id} finds nothing in a mesh that nobody has touched`, () => {
      assert.deepEqual(found(clean), []);
    });
  }
});
