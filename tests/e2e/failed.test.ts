import assert from "node:assert/strict";
import { describeOn } from "./support/engine";
import { Instance } from "./support/instance";
import { helmStatus, modernConfig, useLab } from "./support/lab";

describeOn("1.34", "an install that does not get ready", () => {
  const lab = useLab("1.34");
  // More than the simulated node has: istiod's pod is never scheduled.
  const tooLarge = { resources: { requests: { cpu: "100000" } } };
  const config = (values: object) => modernConfig(lab(), {}, { timeoutSeconds: 30, values });

  it("fails after its timeout, and the next up goes on from there", async () => {
    const instance = await Instance.create("local700", config(tooLarge));
    const text = await instance.failure(() => instance.up());
    assert.match(text, /istiod/);
    assert.equal(await helmStatus(lab(), "istio-base"), "deployed");
    assert.equal(await helmStatus(lab(), "istiod"), "failed");
    instance.configure(config({}));
    await instance.up();
    assert.equal(await helmStatus(lab(), "istiod"), "deployed");
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
    instance.remove();
  });
});
