/** The command `render` as a child process. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jamIstio } from "../support/command";
import { itNeeds } from "../support/machine";
import { filesIn, inFolder } from "../support/tinyCharts";

/** Rejects quickly: nothing listens on the port "discard". */
const unreachable = "http://127.0.0.1:9";
// eslint-disable-next-line no-control-regex -- the character that begins every colour
const ansi = /\u001b/;

interface Summary {
  readonly stack: string;
  readonly complete: boolean;
  readonly missing: readonly { readonly release: string; readonly reason: string }[];
  readonly created: readonly { readonly what: string; readonly version: string; readonly objects: number }[];
}

const inOrder = [
  "Namespace dev701",
  "Namespace istio-system",
  "release istio-init",
  "Secret istio-system/kiali",
  "release istio",
  "ServiceEntry dev701/bucket",
  "ServiceEntry dev701/mysql",
  "ServiceEntry dev701/smtp",
];

describe("jam-istio render", () => {
  itNeeds(
    ["mirror", "helm"],
    "dev701: exit code 0, a table in the order of installation, a file an object",
    ({ mirror }) =>
      inFolder(async (out) => {
        const { code, stdout } = await jamIstio(["render", "dev701", "--out", out, "--charts", mirror]);
        assert.equal(code, 0);
        const places = inOrder.map((what) => stdout.indexOf(` ${what} `));
        assert.ok(!places.includes(-1), stdout);
        assert.deepEqual(
          [...places].sort((a, b) => a - b),
          places,
        );
        assert.match(stdout, /│ istio 1\.4\.6 /);
        assert.doesNotMatch(stdout, /INCOMPLETE/);
        assert.doesNotMatch(stdout, ansi);
        const files = filesIn(out).filter((path) => path !== ".jam-istio-files");
        const objects = files.filter((path) => !path.endsWith("/_release.yaml"));
        assert.match(stdout, new RegExp(`^${String(objects.length)} objects, a file each`, "m"));
        assert.deepEqual(readFileSync(join(out, ".jam-istio-files"), "utf8").trim().split("\n").sort(), files);
      }),
  );

  itNeeds(
    ["mirror", "helm"],
    "--json: parses, lists everything in order, and nothing else is on stdout",
    ({ mirror }) =>
      inFolder(async (out) => {
        const { code, stdout } = await jamIstio(["render", "dev701", "--json", "--out", out, "--charts", mirror]);
        assert.equal(code, 0);
        const summary = JSON.parse(stdout) as Summary;
        assert.deepEqual([summary.stack, summary.complete, summary.missing], ["dev701", true, []]);
        assert.deepEqual(
          summary.created.map(({ what }) => what),
          inOrder,
        );
        const total = summary.created.reduce((sum, { objects }) => sum + objects, 0);
        const written = filesIn(out).filter((path) => path !== ".jam-istio-files" && !path.endsWith("/_release.yaml"));
        assert.equal(written.length, total);
        for (const row of summary.created) assert.ok(row.objects > 0, row.what);
      }),
  );

  itNeeds(["mirror", "helm"], "takes the charts from JAM_ISTIO_CHARTS, too", ({ mirror }) =>
    inFolder(async (out) => {
      const { code } = await jamIstio(["render", "local700", "--out", out], { JAM_ISTIO_CHARTS: mirror });
      assert.equal(code, 0);
      assert.ok(filesIn(out).includes("release-istiod/Deployment-istiod.yaml"));
    }),
  );

  it("a shared control plane needs neither charts nor Helm", () =>
    inFolder(async (out) => {
      const { code, stdout, stderr } = await jamIstio([
        "render",
        "integration702",
        "--out",
        out,
        "--charts",
        unreachable,
      ]);
      assert.equal(code, 0);
      assert.match(stderr, /^warning: ServiceEntry mysql captures TCP port 3306 [^\n]*, set mysql\.addresses$/m);
      assert.doesNotMatch(stdout, /INCOMPLETE/);
      assert.deepEqual(filesIn(out), [
        ".jam-istio-files",
        "cluster/Namespace-integration702.yaml",
        ...["bucket", "mysql", "smtp"].map((name) => `integration702/ServiceEntry-${name}.yaml`),
      ]);
    }));
});

describe("jam-istio render without its charts", () => {
  const rendered = (out: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
    jamIstio(["render", "dev701", "--out", out, "--charts", unreachable, ...args], env);

  it("exit code 3, INCOMPLETE first, and all that needs no chart is written", () =>
    inFolder(async (out) => {
      const { code, stdout } = await rendered(out);
      assert.equal(code, 3);
      assert.match(stdout, /^INCOMPLETE: .*istio-init, istio /);
      assert.doesNotMatch(stdout, ansi);
      assert.deepEqual(filesIn(out), [
        ".jam-istio-files",
        "cluster/Namespace-dev701.yaml",
        "cluster/Namespace-istio-system.yaml",
        ...["bucket", "mysql", "smtp"].map((name) => `dev701/ServiceEntry-${name}.yaml`),
        "istio-system/Secret-kiali.yaml",
        "release-istio-init/_release.yaml",
        "release-istio/_release.yaml",
      ]);
    }));

  it("--json says so as well", () =>
    inFolder(async (out) => {
      const { code, stdout } = await rendered(out, ["--json"]);
      assert.equal(code, 3);
      const summary = JSON.parse(stdout) as Summary;
      assert.equal(summary.complete, false);
      assert.deepEqual(
        summary.missing.map(({ release }) => release),
        ["istio-init", "istio"],
      );
      for (const { reason } of summary.missing) assert.match(reason, /^[^\n]+$/);
      assert.deepEqual(
        summary.created.map(({ what }) => what),
        inOrder,
      );
    }));

  it("no colours in a CI's log: stdout is no terminal there either", () =>
    inFolder(async (out) => {
      const { code, stdout } = await rendered(out, [], { CI: "true" });
      assert.equal(code, 3);
      assert.doesNotMatch(stdout, ansi);
      assert.match(stdout, /^INCOMPLETE: /);
    }));
});

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
