// What a stack must not change once it is installed. That the gate asks this is proved where its resource is tested.
import assert from "node:assert/strict";
import { judgeIdentity, type Identity } from "../../../mesh/upgrade/immutableSettings";

describe("immutable settings: what cannot change once installed", () => {
  const before: Identity = {
    layout: "classic",
    controlPlane: "managed",
    controlPlaneRelease: "istio",
    namespace: "dev701",
    cluster: "uid-1",
  };
  const after: Identity = {
    layout: "modern",
    controlPlane: "shared",
    controlPlaneRelease: "jam-istio",
    namespace: "dev702",
    cluster: "uid-2",
  };
  const texts: Readonly<Record<Exclude<keyof Identity, "revision" | "releases" | "partReleases">, string>> = {
    layout:
      "jam-istio:istio.version changes the layout from classic to modern: the two layouts cannot replace one another in place: build a new cluster, or destroy this stack and install afresh",
    controlPlane:
      "jam-istio:istio.controlPlane changes the controlPlane from managed to shared: it would remove the mesh or take another stack's: destroy this stack first",
    controlPlaneRelease:
      "jam-istio:istio.releaseName changes the control plane's release from istio to jam-istio: it would replace the control plane and every pod of it: set it back",
    namespace:
      "jam-istio:namespace changes the namespace from dev701 to dev702: it would delete the instance's objects: make a new stack for the other namespace",
    cluster:
      "jam-istio:kubernetes.context leads to another cluster: the stack was installed in another cluster: set the context back, or make a new stack",
  };

  for (const [key, text] of Object.entries(texts)) {
    it(`the ${key}`, () => {
      assert.deepEqual(judgeIdentity(before, { ...before, [key]: after[key as keyof Identity] }), [text]);
    });
  }

  it("all of it at once", () => {
    const { controlPlaneRelease, ...others } = texts;
    assert.deepEqual(judgeIdentity(before, { ...after, layout: "classic" }), [
      ...[others.controlPlane, controlPlaneRelease, others.namespace, others.cluster],
    ]);
    // Another layout has other releases, and another revision one of its own.
    assert.deepEqual(judgeIdentity(before, after), Object.values(others));
    assert.deepEqual(judgeIdentity(before, { ...before, revision: "new", controlPlaneRelease: "istiod-new" }), []);
  });
  it("the name of a part's release, while the part is there", () => {
    const modern = { ...before, layout: "modern" } as const;
    const plain = { ...modern, releases: ["istio-base", "istio-cni", "istiod"] };
    const named = { ...modern, releases: ["istio-base", "my-cni", "istiod"], partReleases: { cni: "my-cni" } };
    const text = (was: string, is: string) =>
      `jam-istio:istio.cni.releaseName changes the release from ${was} to ${is}: it would replace every pod of it: set it back`;
    assert.deepEqual(judgeIdentity(plain, named), [text("istio-cni", "my-cni")]);
    assert.deepEqual(judgeIdentity(named, plain), [text("my-cni", "istio-cni")]);
    assert.deepEqual(judgeIdentity(named, { ...named }), []);
    assert.deepEqual(judgeIdentity(named, { ...modern, releases: ["istio-base", "istiod"] }), [], "it goes");
    assert.deepEqual(judgeIdentity({ ...modern, releases: ["istio-base", "istiod"] }, named), [], "it comes");
  });
  it("nothing when nothing changed", () => {
    assert.deepEqual(judgeIdentity(before, { ...before }), []);
  });
  it("nothing of a stack that was never installed", () => {
    assert.deepEqual(judgeIdentity({}, after), []);
  });
  it("nothing of what either side does not know", () => {
    assert.deepEqual(judgeIdentity({ namespace: "dev701" }, { ...after, namespace: "dev701" }), []);
    assert.deepEqual(judgeIdentity(before, { ...before, cluster: undefined }), []);
  });
});
