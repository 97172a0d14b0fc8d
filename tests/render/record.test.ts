/** The recorder itself: equal results, errors in one line, and no trace of a failed run in the next. */
import assert from "node:assert/strict";
import { record } from "../../render/record";
import type { Settings } from "../../settings/types";
import { goldenText } from "../support/goldens";
import { classicVersion, external, settingsOf } from "../support/settings";

const valid = settingsOf({ istio: { version: classicVersion }, ...external });
/** Settings as no validation lets them through: the only way to make the program fail. */
const broken = (more: Record<string, unknown>) => ({ ...valid, ...more }) as unknown as Settings;

async function failure(settings: Settings): Promise<string> {
  const result = await record(settings).then(
    () => "it did not fail",
    (error: unknown) => (error instanceof Error ? error.message : "no Error"),
  );
  assert.doesNotMatch(result, /\n/);
  return result;
}

describe("record", () => {
  it("fails in one line when the program throws", async () => {
    assert.match(await failure(broken({ kubernetes: undefined })), /^the program failed: .+/);
  });

  it("fails in one line when an apply throws, instead of waiting for ever", async () => {
    assert.match(await failure(broken({ kialiPassphrase: 5 })), /^the program failed: .+/);
  });

  it("fails in one line when an input is a promise that is broken", async () => {
    const kialiPassphrase = Promise.reject(new Error("first line\nsecond line"));
    kialiPassphrase.catch(() => undefined);
    assert.match(await failure(broken({ kialiPassphrase })), /^the program failed: .*first line/);
  });

  it("shows nothing of a failed run in the next, and leaves no listener behind", async () => {
    const before = goldenText(await record(valid));
    const listeners = process.listenerCount("unhandledRejection");
    await failure(broken({ kialiPassphrase: 5 }));
    await failure(broken({ kubernetes: undefined }));
    assert.equal(goldenText(await record(valid)), before);
    assert.equal(process.listenerCount("unhandledRejection"), listeners);
  });

  it("gives registrations in an order in which they can be made", async () => {
    const { registrations } = await record(valid);
    const made = new Set<string>();
    for (const { urn, dependencies } of registrations) {
      assert.deepEqual(
        dependencies.filter((dependency) => !made.has(dependency)),
        [],
        urn,
      );
      made.add(urn);
    }
    assert.ok(made.size > 10);
  });

  it("keeps the code of dynamic resources out", async () => {
    assert.equal(JSON.stringify(await record(valid)).includes("__provider"), false);
  });
});
