/** The same with the classic control plane, whose chart Helm's record does not hold whole. */
import assert from "node:assert/strict";
import { inTrouble, troubles } from "./support/chartTroubles";
import { describeOn } from "./support/engine";
import { Instance } from "./support/instance";
import { classicConfig, helmRevision, settled, useLab } from "./support/lab";

describeOn("1.21", "chart hosts, classic layout", () => {
  const lab = useLab("1.21");
  let instance: Instance;

  before(async () => {
    instance = await Instance.create("dev701", classicConfig(lab()));
    await instance.useOwnCache();
    await instance.up();
  });
  after(() => {
    (instance as Instance | undefined)?.remove();
  });

  for (const trouble of troubles)
    it(`unchanged, ${trouble}: preview and up change nothing, though Helm's record has not the whole chart`, () =>
      inTrouble(lab(), trouble, async (istio) => {
        const before = await settled(lab(), "dev701");
        instance.configure(classicConfig(lab(), {}, istio));
        instance.forgetCharts();
        const begin = instance.log.length;
        assert.deepEqual(Object.keys(await instance.preview()), ["same"]);
        assert.deepEqual(Object.keys(await instance.up()), ["same"]);
        assert.match(
          instance.log.slice(begin),
          /release istio stays as it is; a change of it fails until the chart can/,
        );
        assert.equal(await settled(lab(), "dev701"), before);
      }));

  it("a change of its values fails and changes nothing of it; once the repository answers it goes through", async () => {
    const before = await helmRevision(lab(), "istio");
    instance.configure(classicConfig(lab(), {}, { values: { pilot: { traceSampling: 5 } } }));
    instance.forgetCharts();
    lab().charts.misbehave = "error";
    try {
      const said = await instance.failure(() => instance.up());
      assert.match(said, /istio-1\.4\.6\.tgz could not be had, so its release cannot be changed/);
      assert.equal(await helmRevision(lab(), "istio"), before);
    } finally {
      lab().charts.misbehave = "none";
    }
    await instance.up();
    assert.equal(await helmRevision(lab(), "istio"), before + 1);
  });
});
