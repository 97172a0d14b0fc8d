import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackFile } from "../../config/raw";
import { mustRun } from "../../tools/run";
import { describeOn } from "./support/engine";

const text = `x-base: &base { external: true, host: a, nested: { port: 1 } }
config:
  bare: { port: 587 }
  jam-istio:config:old: a text
  aws:config:region: eu-central-1
  jam-istio:merged: { host: b, <<: *base }
  jam-istio:mergedList: { <<: [{ host: c }, *base], external: false }
  jam-istio:time: 2026-12-01T18:00:00Z
  jam-istio:timeWithFraction: 2026-12-01T18:00:00.25Z
  jam-istio:day: 2026-12-01
  jam-istio:noDay: 2026-02-30
  jam-istio:quoted: "2026-12-01T18:00:00Z"
  jam-istio:number: 1.10
  jam-istio:whole: 587
  jam-istio:yes: yes
  jam-istio:flag: true
  jam-istio:empty:
  jam-istio:tilde: ~
  jam-istio:text: a text
  jam-istio:list: [1, 1.10, "1.10", true, null, a]
  jam-istio:map:
    version: 1.10
    time: 2026-12-01T18:00:00Z
    nothing:
    on: on
    nested: { port: 587, names: [a, b] }
`;

describeOn("1.34", "the stack file, read by this program as by Pulumi", () => {
  it("every value is handed over alike", async () => {
    const folder = mkdtempSync(join(tmpdir(), "jam-istio-config-"));
    const env = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: "end-to-end",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      NODE_PATH: join(__dirname, "..", "..", "node_modules"),
    };
    const pulumi = (...args: readonly string[]) =>
      mustRun("pulumi", [...args, "--non-interactive"], { seconds: 900, cwd: folder, env });
    writeFileSync(join(folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
    writeFileSync(join(folder, "package.json"), "{}");
    const code = `const pulumi = require("@pulumi/pulumi");
require("fs").writeFileSync("handed.json", JSON.stringify(pulumi.runtime.allConfig()));`;
    writeFileSync(join(folder, "index.js"), code);
    await pulumi("stack", "init", "dev701");
    writeFileSync(join(folder, "Pulumi.dev701.yaml"), text + readFileSync(join(folder, "Pulumi.dev701.yaml"), "utf8"));
    await pulumi("preview", "--stack", "dev701");
    const handed = JSON.parse(readFileSync(join(folder, "handed.json"), "utf8")) as Record<string, string>;
    assert.deepEqual(canonical(readStackFile(text).values), canonical(handed));
    rmSync(folder, { recursive: true });
  });
});

/** Maps have no order: their JSON is compared by its meaning. */
function canonical(values: Readonly<Record<string, string>>): unknown {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value]),
  );
}
