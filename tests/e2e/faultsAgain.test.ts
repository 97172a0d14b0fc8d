import assert from "node:assert/strict";
import { activeIn, useCalled, objectsOf } from "./support/callers";
import { describeOn } from "./support/engine";
import type { Config, Instance } from "./support/instance";
import { modernConfig, useLab } from "./support/lab";

const faults = [
  { type: "httpAbort", host: "ct-webapp", httpStatus: 503, everyone: true },
  { type: "tcpRedirect", host: "memcached", ports: [11211], everyone: true },
];

describeOn("1.34", "faults that were ended, and come again", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  const configOf = (faultInjection: Config) =>
    modernConfig(lab(), { namespace: "dev701", kiali: { enabled: false }, faultInjection });
  const on = () => {
    instance.configure(configOf({ enabled: true, faults }));
  };
  const off = () => {
    instance.configure(configOf({ enabled: false, faults }));
  };

  useCalled(
    lab,
    () => configOf({}),
    (made) => (instance = made),
  );

  it("an up that was broken off after it took them out is no obstacle to putting them in again", async () => {
    const before = await objectsOf(lab());
    on();
    await instance.up();
    off();
    lab().charts.misbehave = "error";
    await instance.failure(() => instance.up()).finally(() => (lab().charts.misbehave = "none"));
    assert.equal(await activeIn(lab()), "");
    on();
    await instance.up();
    assert.equal((await activeIn(lab())).split(" ").length, 2);
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
    off();
    await instance.up();
    assert.equal(await objectsOf(lab()), before);
  });

  it("by hand with kubectl counts as by hand", async () => {
    const before = await objectsOf(lab());
    on();
    await instance.up();
    const end = "delete virtualservices.networking.istio.io -n dev701 -l jam-istio/fault";
    await lab().plane.kubectl(...end.split(" "));
    for (let turn = 0; turn < 3; turn++) {
      await instance.up();
      assert.equal(await activeIn(lab()), "");
    }
    off();
    await instance.up();
    assert.equal(await objectsOf(lab()), before);
    on();
    await instance.up();
    assert.equal((await activeIn(lab())).split(" ").length, 2);
    off();
    await instance.up();
  });

  it("what is extended while something is unfinished is refused in the preview, and stays", async () => {
    on();
    await instance.up();
    lab().charts.misbehave = "error";
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    instance.configure(configOf({ enabled: true, faults, expires }));
    await instance.failure(() => instance.up()).finally(() => (lab().charts.misbehave = "none"));
    assert.equal((await activeIn(lab())).split(" ").length, 2);
    off();
    await instance.up();
  });
});
