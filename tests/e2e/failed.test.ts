import assert from "node:assert/strict";
import { describeOn } from "./support/engine";
import { Instance } from "./support/instance";
import { apply, helmRevision, helmStatus, modernConfig, useLab } from "./support/lab";

describeOn("1.34", "Helm does not get to its end", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  // More than the simulated node has: istiod's pod is never scheduled.
  const tooLarge = { resources: { requests: { cpu: "100000" } } };
  const fixed = { autoscaleEnabled: false };
  const config = (version: string, values: object, timeoutSeconds = 180) =>
    modernConfig(lab(), {}, { version, timeoutSeconds, values });
  const image = () =>
    lab().plane.kubectl(
      ...["get", "deployment", "istiod", "-n", "istio-system"],
      ...["-o", "jsonpath={.spec.template.spec.containers[0].image}"],
    );

  before(async () => {
    instance = await Instance.create("local700", config("1.30.3", tooLarge, 30));
  });
  after(() => {
    (instance as Instance | undefined)?.remove();
  });

  it("a first install that does not get ready fails after its timeout, and stays to be looked at", async () => {
    const text = await instance.failure(() => instance.up());
    assert.match(text, /istiod/);
    assert.doesNotMatch(text, /rolled back/);
    assert.equal(await helmStatus(lab(), "istio-base"), "deployed");
    assert.equal(await helmStatus(lab(), "istiod"), "failed");
    assert.equal(await helmRevision(lab(), "istiod"), 1);
  });

  it("the next up goes on from there, also to a lower version: nothing ran", async () => {
    instance.configure(config("1.29.6", fixed));
    await instance.up();
    assert.equal(await helmStatus(lab(), "istiod"), "deployed");
    assert.match(await image(), /:1\.29\.6$/);
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
  });

  it("an upgrade that Helm refuses before it begins leaves what runs alone: no version back", async () => {
    instance.configure(config("1.30.3", fixed));
    await instance.up();
    const revision = await helmRevision(lab(), "istiod");
    // Another owner's object has the name of one that the next upgrade adds.
    const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "istiod" };
    const metadata = { name: "istiod", namespace: "istio-system" };
    const spec = { scaleTargetRef, minReplicas: 1, maxReplicas: 1 };
    await apply(lab(), { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata, spec });
    instance.configure(config("1.30.3", {}));
    const text = await instance.failure(() => instance.up());
    assert.match(text, /HorizontalPodAutoscaler "istiod" in namespace "istio-system" exists and cannot be imported/);
    assert.match(
      text,
      new RegExp(
        "release istiod was not rolled back: Helm made no revision in this upgrade, so what runs was not touched " +
          `\\(its revision ${String(revision)}, 1\\.30\\.3, is deployed\\)`,
      ),
    );
    assert.equal(await helmRevision(lab(), "istiod"), revision);
    assert.match(await image(), /:1\.30\.3$/);
  });

  it("and goes through once the object is gone", async () => {
    await lab().plane.kubectl("delete", "hpa", "istiod", "-n", "istio-system");
    await instance.up();
    assert.equal(await helmStatus(lab(), "istiod"), "deployed");
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
  });
});
