/** The command `render` where charts or the input are wrong, as a child process. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jamIstio } from "../support/command";
import { itNeeds } from "../support/machine";
import { inFolder } from "../support/tinyCharts";

// eslint-disable-next-line no-control-regex -- the character that begins every colour
const ansi = /\u001b/;

describe("jam-istio render, of charts that are not there", () => {
  const wrong = async (args: readonly string[], out: string) => {
    const { code, stdout, stderr } = await jamIstio(["render", "local700", "--out", out, ...args]);
    assert.deepEqual([code, stdout, existsSync(out)], [1, "", false]);
    assert.doesNotMatch(stderr, /^\s+at |\.ts:\d/m, "a stack trace");
    return stderr;
  };

  itNeeds(["helm"], "a version that a readable repository lacks: exit code 1, those that it has, nothing written", () =>
    inFolder(async (folder) => {
      const charts = join(folder, "istio-release/charts");
      mkdirSync(charts, { recursive: true });
      for (const version of ["1.29.6", "1.30.1"])
        for (const chart of ["base", "istiod"]) writeFileSync(join(charts, `${chart}-${version}.tgz`), "");
      const stderr = await wrong(["--charts", folder], join(folder, "out"));
      assert.match(stderr, /error: stack local700: charts that it needs cannot be had; nothing was changed:\n/);
      assert.match(stderr, /\n {2}- base 1\.30\.3, istiod 1\.30\.3:\n/);
      assert.match(stderr, / does not have version 1\.30\.3 \(it has 1\.30\.1, 1\.29\.6\)\n/);
      assert.match(stderr, /correct istio\.version/);
    }),
  );

  itNeeds(["helm"], "a folder that is not there", () =>
    inFolder(async (folder) => {
      assert.match(
        await wrong(["--charts", join(folder, "no")], join(folder, "out")),
        /\/no\/istio-release\/charts does not exist\n/,
      );
    }),
  );
});

describe("jam-istio render, wrong input", () => {
  /** Exit code 1, nothing on stdout, no stack trace. */
  async function refused(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const { code, stdout, stderr } = await jamIstio(args, env);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.doesNotMatch(stderr, /^\s+at |\.ts:\d/m, "a stack trace");
    return stderr;
  }

  it("unknown stack: one line that names those there are", async () => {
    const stderr = await refused(["render", "nope"]);
    assert.match(stderr, /^error: [^\n]*Pulumi\.nope\.yaml[^\n]*dev701[^\n]*\n$/);
  });

  it("unknown stack in a CI: no colours", async () => {
    assert.doesNotMatch(await refused(["render", "nope"], { CI: "true" }), ansi);
  });

  it("unknown option: named, with a hint", async () => {
    assert.match(
      await refused(["render", "dev701", "--chart", "x"]),
      /unknown option '--chart'[\s\S]*--(?:charts|help)/,
    );
  });

  it("no stack: says what is missing, with a hint", async () => {
    assert.match(await refused(["render"]), /missing required argument 'stack'[\s\S]*--help/);
  });

  it("a folder that cannot be made: one line", () =>
    inFolder(async (folder) => {
      await jamIstio(["render", "integration702", "--out", folder]);
      const stderr = await refused(["render", "integration702", "--out", join(folder, ".jam-istio-files")]);
      assert.match(stderr, /^error: [^\n]*\.jam-istio-files[^\n]*\n$/);
    }));
});
