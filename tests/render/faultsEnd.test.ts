/** What the command `render` says of the end of faults; in the preview: tests/e2e/faults.test.ts. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { jamIstio } from "../support/command";
import { inFolder } from "../support/tinyCharts";

const fault = "{type: httpAbort, host: ct-webapp, httpStatus: 503, everyone: true}";

describe("jam-istio render, the end of faults", () => {
  for (const [name, more, said] of [
    ["without an end", "enabled: true", /^the faults have no end/],
    ["past their end", 'enabled: true, expires: "2020-01-01T00:00:00Z"', /^faultInjection\.expires is past \(2020/],
    ["switched off", "enabled: false", undefined],
  ] as const) {
    it(`${name}: ${said === undefined ? "nothing" : "a warning"}`, () =>
      inFolder(async (folder) => {
        writeFileSync(join(folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
        const lines = [
          "config:",
          // Needs no chart: another stack owns the control plane.
          '  jam-istio:istio: {version: "1.30.3", controlPlane: shared}',
          `  jam-istio:faultInjection: {${more}, faults: [${fault}]}`,
        ];
        writeFileSync(join(folder, "Pulumi.dev701.yaml"), `${lines.join("\n")}\n`);
        const { code, stdout, stderr } = await jamIstio(["render", "dev701", "--out", "out", "--json"], {}, folder);
        assert.equal(code, 0, stderr);
        const { complete, warnings } = JSON.parse(stdout) as {
          readonly complete: boolean;
          readonly warnings: string[];
        };
        assert.equal(warnings.length, said === undefined ? 0 : 1);
        if (said !== undefined) assert.match(warnings[0] ?? "", said);
        assert.equal(complete, true);
      }));
  }
});
