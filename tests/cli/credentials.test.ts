/** What the commands print where a URL with a password was given to them: nothing of the password. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jamIstio } from "../support/command";
import { filesIn, inFolder } from "../support/tinyCharts";

/** Nothing listens on the port "discard". */
const url = "http://ann:S3CRET@127.0.0.1:9";

describe("credentials in URLs", () => {
  for (const [name, charts, env, shown, ends] of [
    ["--charts", ["--charts", url], {}, "http://***@127.0.0.1:9/", 3],
    ["JAM_ISTIO_CHARTS", ["--json"], { JAM_ISTIO_CHARTS: url }, "http://***@127.0.0.1:9/", 3],
    [
      "--charts without a scheme, taken for a folder",
      ["--charts", url.slice("http://".length)],
      {},
      "***@127.0.0.1:9/",
      // A folder that is not there is wrong input.
      1,
    ],
  ] as const) {
    it(`render, ${name}: in no line and no file`, () =>
      inFolder(async (out) => {
        const { code, stdout, stderr } = await jamIstio(["render", "local700", "--out", out, ...charts], env);
        assert.equal(code, ends, stderr);
        assert.ok((stdout + stderr).includes(shown), stdout + stderr);
        const files = filesIn(out).map((path) => readFileSync(join(out, path), "utf8"));
        assert.doesNotMatch([stdout, stderr, ...files].join("\n"), /S3CRET|ann:/);
      }));
  }

  it("preview, PULUMI_BACKEND_URL: neither where the state is, nor why Pulumi fails", () =>
    inFolder(async (folder) => {
      // In the place of Pulumi: a backend that it cannot open.
      const pulumi = join(folder, "bin", "pulumi");
      mkdirSync(join(folder, "bin"));
      const fails = 'echo "error: unable to open bucket $PULUMI_BACKEND_URL: no answer" >&2; exit 255';
      writeFileSync(pulumi, `#!/bin/sh\nif [ "$1" = version ]; then echo v3.248.0; else ${fails}; fi\n`);
      chmodSync(pulumi, 0o755);
      const { code, stdout, stderr } = await jamIstio(["preview", "dev701"], {
        PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`,
        PULUMI_BACKEND_URL: "postgres://ann:S3CRET@db.example.com/state",
        JAM_ISTIO_DEBUG: "1",
      });
      assert.equal(code, 1);
      assert.match(stderr, /^state: postgres:\/\/\*\*\*@db\.example\.com\/state; engine: pulumi on PATH$/m);
      assert.match(stderr, /^error: .*unable to open bucket postgres:\/\/\*\*\*@db\.example\.com\/state/m);
      assert.doesNotMatch(stdout + stderr, /S3CRET/);
    }));
});
