/**
 * All registrations of each stack in the repository, compared with a file that a reviewer reads. To renew the files
 * after a change that is meant: UPDATE_GOLDENS=1 npx mocha --spec tests/components/golden.test.ts
 * Mocks do not prove what the engine makes of a difference: an update in place or a replacement.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { projectFolder, readStack, stackNames } from "../../cli/stack/stackFile";
import { record } from "../../render/record";
import { differences, goldenText } from "../support/goldens";
import { classicVersion, external, modernVersion, settingsOf } from "../support/settings";

const folder = join(__dirname, "../goldens");
const update = process.env["UPDATE_GOLDENS"] === "1";

describe("goldens", () => {
  it("there are stacks, each with its golden, and no golden without a stack", () => {
    assert.ok(stackNames().length >= 3);
    assert.deepEqual(readdirSync(folder).sort(), [...stackNames().map((stack) => `${stack}.json`)].sort());
  });

  for (const stack of stackNames()) {
    it(`${stack}: registers what tests/goldens/${stack}.json says`, async () => {
      const text = goldenText(await record(readStack(stack)));
      const path = join(folder, `${stack}.json`);
      if (update) writeFileSync(path, text);
      assert.equal(text, readFileSync(path, "utf8"), "if this is meant: run with UPDATE_GOLDENS=1 and review the diff");
    });

    it(`${stack}: gives equal text when it is recorded again, and names no path of this machine`, async () => {
      const text = goldenText(await record(readStack(stack)));
      assert.equal(goldenText(await record(readStack(stack))), text);
      for (const path of [projectFolder, homedir(), tmpdir()]) assert.equal(text.includes(`${path}/`), false, path);
    });
  }
});

describe("a version bump", () => {
  const gate = "pulumi-nodejs:dynamic/jam-istio:UpgradeGate upgrade-gate inputs.desired.version";
  const rollout = "pulumi-nodejs:dynamic/jam-istio:SidecarRollout sidecar-rollout inputs.version";
  // Who is told the new version: the gate, four times, and the rollout, twice.
  const target = gate.replace("version", "target");
  const rest = gate.replace("version", "rest");
  const told = [
    gate,
    rest,
    target,
    gate.replace("version", "rollout.serving.version"),
    rollout,
    rollout.replace("version", "serving.version"),
  ];
  const bump = async (from: string, to: string, istio: Record<string, unknown> = {}) => {
    const of = (version: string) => record(settingsOf({ istio: { version, ...istio }, ...external }));
    return differences(await of(from), await of(to));
  };
  const inRelease = (name: string, ...paths: string[]) =>
    paths.map((path) => `kubernetes:helm.sh/v3:Release ${name} inputs.${path}`);

  it("1.4.6 to 1.4.10 changes version, tag and archive of the two releases, and what the gate is told", async () => {
    const classic = ["chart", "values.global.tag", "version"];
    assert.deepEqual(
      [...(await bump(classicVersion, "1.4.10"))].sort(),
      [...inRelease("istio", ...classic), ...inRelease("istio-init", ...classic), ...told].sort(),
    );
  });

  it("1.30.2 to 1.30.3 changes the versions, istiod's tag, and what the gate is told; Kiali stays", async () => {
    assert.deepEqual(
      [...(await bump("1.30.2", modernVersion))].sort(),
      [
        ...inRelease("istio-base", "chart", "version"),
        ...inRelease("istiod", "chart", "values.global.tag", "version"),
        ...told,
      ].sort(),
    );
  });

  it("1.29.6 to 1.30.3 moves Kiali to the release made for it", async () => {
    assert.deepEqual(
      [...(await bump("1.29.6", modernVersion))].sort(),
      [
        ...inRelease("istio-base", "chart", "version"),
        ...inRelease("istiod", "chart", "values.global.hub", "values.global.tag", "version"),
        ...inRelease("kiali-server", "chart", "version"),
        ...told,
        gate.replace("version", "hub"),
      ].sort(),
    );
  });

  it("with a shared control plane changes nothing but what the gate is told", async () => {
    assert.deepEqual(await bump(classicVersion, "1.4.10", { controlPlane: "shared" }), [rollout, rest, target, gate]);
  });
});
