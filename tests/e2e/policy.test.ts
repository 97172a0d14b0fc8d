import assert from "node:assert/strict";
import { join } from "node:path";
import { useCalled } from "./support/callers";
import { describeOn, repository } from "./support/engine";
import type { Config, Instance } from "./support/instance";
import { modernConfig, useLab } from "./support/lab";

const faults = [{ type: "httpAbort", host: "ct-webapp", httpStatus: 503, everyone: true }];

describeOn("1.34", "the policy pack", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  const configure = (more: Config = {}, istio: Config = {}) => {
    const version = { version: "1.30.3", ...istio };
    instance.configure(modernConfig(lab(), { namespace: "dev701", kiali: { enabled: false }, ...more }, version));
  };
  const preview = () => instance.preview(join(repository, "policy"));
  const refusal = () => instance.failure(preview);

  useCalled(
    lab,
    () => modernConfig(lab(), { namespace: "dev701", kiali: { enabled: false } }),
    (made) => (instance = made),
  );

  it("lets a stack without faults, and a fault with an end, through", async () => {
    await preview();
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    configure({ faultInjection: { enabled: true, expires, faults } });
    await preview();
    assert.match(instance.log, /fault: ct-webapp answers 503 for every pod until/);
  });

  it("refuses a fault without an end", async () => {
    configure({ faultInjection: { enabled: true, faults } });
    assert.match(await refusal(), /faults-have-an-end[\s\S]*fault-service-ct-webapp-\w+: set faultInjection\.expires/);
  });

  it("refuses a downgrade that istio.allow acknowledges", async () => {
    configure({}, { version: "1.29.6", allow: ["downgrade"] });
    assert.match(await refusal(), /no-downgrade[\s\S]*Istio is downgraded from 1\.30\.3 to 1\.29\.6/);
  });

  it("refuses what looks like a secret in istio.values, though istio.allow acknowledges it", async () => {
    configure({}, { values: { global: { registryPassword: "hunter2hunter2" } }, allow: ["plain-credentials"] });
    const said = await refusal();
    assert.match(said, /no-plain-secret[\s\S]*values\.global\.registryPassword looks like a secret in clear/);
  });
});
