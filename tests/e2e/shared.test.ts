import assert from "node:assert/strict";
import { describeOn } from "./support/engine";
import { Instance } from "./support/instance";
import { apply, classicConfig, fingerprint, settled, useLab } from "./support/lab";

describeOn("1.21", "two instances in one cluster", () => {
  const lab = useLab("1.21");
  const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
  const sharedConfig = () => classicConfig(lab(), {}, { controlPlane: "shared" });
  let owner: Instance;
  let guest: Instance;

  before(async () => {
    await apply(lab(), { apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } });
    owner = await Instance.create("dev701", classicConfig(lab()));
    guest = await Instance.create("integration702", sharedConfig());
  });
  after(() => {
    owner.remove();
    guest.remove();
  });

  it("the shared one first: refused, with the way out, nothing changed", async () => {
    const text = await guest.failure(() => guest.up());
    assert.match(text, /no control plane runs in istio-system\. Run up for the stack that owns it first/);
    await assert.rejects(kubectl("get", "namespace", "integration702"), /not found/);
  });

  it("the owner, then the shared one: each has its own entries, seen in its namespace alone", async () => {
    await owner.up();
    const before = await settled(lab(), "dev701");
    await guest.up();
    assert.equal(await fingerprint(lab(), "dev701"), before, "the second instance touches nothing of the first");
    for (const namespace of ["dev701", "integration702"]) {
      const shown = ["-o", "jsonpath={.items[*].metadata.name} {.items[*].spec.exportTo}"];
      const entries = await kubectl("get", "serviceentries.networking.istio.io", "-n", namespace, ...shown);
      assert.equal(entries, 'bucket mysql smtp ["."] ["."] ["."]');
    }
  });

  it("a third stack that takes itself for the owner is refused and told whose the mesh is", async () => {
    const third = await Instance.create("local701", classicConfig(lab()));
    const before = await settled(lab(), "dev701", "integration702");
    const text = await third.failure(() => third.up());
    assert.match(text, /release istio exists in istio-system and is not this stack's but jam-istio\/dev701's/);
    assert.match(text, /set istio\.controlPlane: shared/);
    assert.equal(await fingerprint(lab(), "dev701", "integration702"), before);
    third.remove();
  });

  it("destroying the owner is refused while another instance uses the mesh, and removes nothing", async () => {
    const before = await settled(lab(), "dev701", "integration702");
    const text = await owner.failure(() => owner.destroy());
    assert.match(
      text,
      /the mesh is not removed, others use it: namespace integration702 \(label istio-injection=enabled/,
    );
    assert.match(text, /JAM_ISTIO_ALLOW=dependents/);
    assert.doesNotMatch(text, /^\s+at .*\.[jt]s:\d+/m);
    assert.equal(await fingerprint(lab(), "dev701", "integration702"), before);
    assert.deepEqual(Object.keys(await owner.up()), ["same"]);
  });

  it("destroying the shared one leaves the mesh and the other instance alone", async () => {
    const before = await settled(lab(), "dev701");
    await guest.destroy();
    assert.equal(await fingerprint(lab(), "dev701"), before);
    assert.equal(await kubectl("get", "serviceentries.networking.istio.io", "-n", "integration702", "-o", "name"), "");
    assert.deepEqual(Object.keys(await owner.up()), ["same"]);
  });

  it("a person's word removes the mesh, and spares the namespace istio-system that was there before", async () => {
    await owner.pulumiWith({ JAM_ISTIO_ALLOW: "dependents" }, "destroy", "--yes", "--skip-preview");
    assert.equal(
      await kubectl("get", "deployments,secrets", "-n", "istio-system", "-l", "app=pilot", "-o", "name"),
      "",
    );
    assert.match(await kubectl("get", "namespace", "istio-system"), /Active/);
  });
});
