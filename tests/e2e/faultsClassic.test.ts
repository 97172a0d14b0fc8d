import assert from "node:assert/strict";
import { activeIn, objectsOf, useCalled } from "./support/callers";
import { describeOn } from "./support/engine";
import type { Config, Instance } from "./support/instance";
import { classicConfig, useLab } from "./support/lab";

const everyone = true;
const faults = [
  { type: "httpDelay", host: "ct-webapp", prefix: "/auth", fixedDelay: "7s", everyone },
  { type: "httpAbort", host: "ct-webapp", httpStatus: 503, everyone },
  { type: "tcpRedirect", host: "memcached", ports: [11211, 11212], everyone },
  { type: "externalHost", service: "mysql", everyone },
  { type: "externalHost", service: "bucket", mode: "hang", everyone },
];

// Istio 1.4's objects and judgement. What its proxies make of them was not seen: tests/dataplane has Istio 1.28.
describeOn("1.21", "faults in the classic layout", () => {
  const lab = useLab("1.21");
  let instance: Instance;
  const configure = (faultInjection: Config) => {
    instance.configure(classicConfig(lab(), { faultInjection }));
  };

  useCalled(
    lab,
    () => classicConfig(lab()),
    (made) => (instance = made),
  );

  it("are injected, change nothing twice, and leave nothing", async () => {
    const before = await objectsOf(lab());
    configure({ enabled: true, faults });
    await instance.up();
    const names = ["external-bucket", "external-bucket.2", "external-mysql", "service-ct-webapp", "service-memcached"];
    assert.equal(await activeIn(lab()), names.map((name) => `fault-${name}`).join(" "));
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
    configure({});
    await instance.up();
    assert.equal(await objectsOf(lab()), before);
  });

  it("a version change is refused while they are in", async () => {
    configure({ enabled: true, faults });
    await instance.up();
    instance.configure(classicConfig(lab(), { faultInjection: { enabled: true, faults } }, { version: "1.4.10" }));
    assert.match(
      await instance.failure(() => instance.preview()),
      /faults are active in dev701\. First end them: kubectl/,
    );
    configure({});
    await instance.up();
  });
});
