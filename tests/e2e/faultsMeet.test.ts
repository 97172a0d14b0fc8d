import assert from "node:assert/strict";
import { activeIn, objectsOf, useCalled } from "./support/callers";
import { describeOn } from "./support/engine";
import { abort } from "./support/faultList";
import type { Config, Instance } from "./support/instance";
import { apply, modernConfig, useLab } from "./support/lab";

describeOn("1.34", "faults and what else happens", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
  const configure = (faultInjection: Config, more: Config = {}, istio: Config = {}) => {
    instance.configure(
      modernConfig(
        lab(),
        { namespace: "dev701", kiali: { enabled: false }, ...more, faultInjection },
        { version: "1.30.3", ...istio },
      ),
    );
  };
  const on = (faults: readonly object[]) => {
    configure({ enabled: true, faults });
  };
  const off = (faults: readonly object[] = [abort]) => {
    configure({ enabled: false, faults });
  };

  useCalled(
    lab,
    () => modernConfig(lab(), { namespace: "dev701", kiali: { enabled: false } }),
    (made) => (instance = made),
  );

  it("a version change is refused while they are in; one that only removes them goes through whatever the version says", async () => {
    on([abort]);
    await instance.up();
    configure({ enabled: true, faults: [abort] }, {}, { version: "1.30.2" });
    assert.match(
      await instance.failure(() => instance.preview()),
      /faults are active in dev701\. First end them: kubectl delete/,
    );
    // Somebody moved the control plane to another version by hand.
    const image = (version: string) =>
      kubectl("set", "image", "deployment/istiod", "-n", "istio-system", `discovery=docker.io/istio/pilot:${version}`);
    await image("1.28.10");
    await kubectl("rollout", "status", "deployment/istiod", "-n", "istio-system");
    off();
    await instance.up();
    assert.equal(await activeIn(lab()), "");
    assert.match(instance.log, /warning: .*1\.28\.10 runs, 1\.30\.3 is wanted/);
    await image("1.30.3");
    await kubectl("rollout", "status", "deployment/istiod", "-n", "istio-system");
    await instance.up();
  });

  it("a fault that a killed drill left is named by the preview and ended by the next up", async () => {
    const before = await objectsOf(lab());
    await apply(lab(), {
      apiVersion: "networking.istio.io/v1alpha3",
      kind: "VirtualService",
      metadata: {
        name: "fault-service-memcached",
        namespace: "dev701",
        labels: { "jam-istio/fault": "active" },
        annotations: { "jam-istio/drill": "somebody's", "jam-istio/start": "2026-11-24T12:00:00.000Z" },
      },
      spec: { hosts: ["memcached"], http: [{ route: [{ destination: { host: "memcached" } }] }] },
    });
    const from = instance.log.length;
    await instance.preview();
    assert.match(
      instance.log.slice(from),
      /fault fault-service-memcached \(drill somebody's, since 2026-11-24T12:00:00\.000Z\) is not in the settings; up ends it/,
    );
    await instance.up();
    assert.equal(await objectsOf(lab()), before);
  });

  it("destroy removes them, and what they lead to", async () => {
    on([abort, { type: "tcpRedirect", host: "memcached", ports: [11211], everyone: true }]);
    await instance.up();
    const labelled = ["get", "services", "-n", "dev701", "-l", "jam-istio/fault", "-o", "name"];
    assert.equal((await kubectl(...labelled)).trim(), "service/fake-service");
    await instance.destroy();
    assert.equal(await kubectl(...labelled), "");
    // The definitions are kept, and so the question can be asked.
    assert.equal(await activeIn(lab()), "");
  });
});
