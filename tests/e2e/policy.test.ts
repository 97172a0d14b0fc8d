import assert from "node:assert/strict";
import { join } from "node:path";
import { applyCalled } from "./support/callers";
import { describeOn, repository } from "./support/engine";
import { Instance, type Config } from "./support/instance";
import { modernConfig, useLab } from "./support/lab";

const pack = ["--policy-pack", join(repository, "policy")];
const faults = [{ type: "httpAbort", host: "ct-webapp", httpStatus: 503, everyone: true }];

describeOn("1.34", "the policy pack", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  const configure = (more: Config = {}, istio: Config = {}) => {
    const version = { version: "1.30.3", ...istio };
    instance.configure(modernConfig(lab(), { namespace: "dev701", kiali: { enabled: false }, ...more }, version));
  };
  const preview = () => instance.pulumi("preview", ...pack);

  before(async () => {
    instance = await Instance.create("dev701", {});
    configure();
    await instance.up();
    await applyCalled(lab());
  });
  after(() => {
    instance.remove();
  });

  it("lets a stack without faults, and a fault with an end, through", async () => {
    assert.match(await preview(), /jam-istio@v?\S* \(local: .*policy\)/);
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    configure({ faultInjection: { enabled: true, expires, faults } });
    assert.match(await preview(), /fault-service-ct-webapp/);
  });

  it("refuses a fault without an end", async () => {
    configure({ faultInjection: { enabled: true, faults } });
    await assert.rejects(preview(), (error: Error) => {
      return /faults-have-an-end|set faultInjection\.expires/.test(error.message);
    });
  });

  it("refuses a downgrade that istio.allow acknowledges", async () => {
    configure({}, { version: "1.29.6", allow: ["downgrade"] });
    await assert.rejects(preview());
  });

  it("refuses what looks like a secret in istio.values", async () => {
    configure({}, { values: { global: { registryPassword: "hunter2hunter2" } } });
    await assert.rejects(preview());
  });
});
