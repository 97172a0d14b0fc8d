import assert from "node:assert/strict";
import { policyLines, policyResults } from "../../delivery/comment/policy";
import { modernVersion, settingsOf } from "../support/settings";

// The pack's rules on what the program registers, without an engine. With one they are tests/e2e/policy.test.ts.

const lines = async (sections: object, version?: { readonly before: string; readonly after: string }) =>
  policyLines(await policyResults(settingsOf({ istio: { version: modernVersion }, ...sections }), version));

describe("the policy pack in the comment", () => {
  it("all rules hold: one line that names them", async () => {
    assert.deepEqual(await lines({}), [
      "✅ policy: no-faults-in-production, faults-have-an-end, no-downgrade, no-plain-secret",
    ]);
  });

  it("what violates a rule is named, and never shown where it is a secret", async () => {
    const fault = { type: "httpDelay", host: "web", fixedDelay: "2s", everyone: true };
    const found = await lines(
      {
        istio: {
          version: modernVersion,
          allow: ["plain-credentials"],
          values: { global: { registryPassword: "hunter2" } },
        },
        faultInjection: { enabled: true, faults: [fault] },
      },
      { before: "1.31.0", after: modernVersion },
    );
    assert.match(found[0] ?? "", /^❌ policy faults-have-an-end: \S+: set faultInjection\.expires$/);
    assert.deepEqual(found.slice(1), [
      `❌ policy no-downgrade: Istio is downgraded from 1.31.0 to ${modernVersion}`,
      "❌ policy no-plain-secret: istiod: values.global.registryPassword looks like a secret in clear",
      "✅ policy: no-faults-in-production",
    ]);
  });
});
