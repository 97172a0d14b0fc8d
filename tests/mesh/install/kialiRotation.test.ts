import assert from "node:assert/strict";
import { whyNotRotated } from "../../../mesh/install/kialiRotation";
import { settingsOf } from "../../support/settings";

describe("whether Kiali's secret can be made anew", () => {
  it("in either layout where it is generated", () => {
    for (const version of ["1.4.6", "1.30.3"])
      assert.equal(whyNotRotated(settingsOf({ istio: { version } })), undefined, version);
  });

  it("not where the settings give it, and it is said how else", () => {
    const settings = settingsOf({ istio: { version: "1.4.6" } }, { kialiPassphrase: "correct-horse" });
    const text = whyNotRotated(settings) ?? "";
    assert.match(text, /^the settings give the secret themselves \(jam-istio:kialiPassphrase\)/);
    assert.match(
      text,
      /pulumi config set --secret jam-istio:kialiPassphrase --stack dev701; then npm run up -- dev701/,
    );
    assert.match(text, /kubectl rollout restart deployment\/kiali/);
    assert.match(text, /pulumi config rm jam-istio:kialiPassphrase --stack dev701/);
    assert.doesNotMatch(text, /correct-horse/);
  });

  it("not where there is no Kiali of the stack's own", () => {
    const shared = settingsOf({ istio: { version: "1.30.3", controlPlane: "shared" } });
    assert.match(whyNotRotated(shared) ?? "", /another stack owns the control plane\. Rotate that one's$/);
    const off = settingsOf({ istio: { version: "1.30.3" }, kiali: { enabled: false } });
    assert.match(whyNotRotated(off) ?? "", /kiali\.enabled is false$/);
  });
});
