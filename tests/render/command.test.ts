/** The command `render` as a child process. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jamIstio } from "../support/command";
import { writeFiles } from "../../render/write";
import { itNeeds } from "../support/machine";
import { filesIn, inFolder } from "../support/tinyCharts";

/** Rejects quickly: nothing listens on the port "discard". */
const unreachable = "http://127.0.0.1:9";
// eslint-disable-next-line no-control-regex -- the character that begins every colour
const ansi = /\u001b/;

interface Summary {
  readonly stack: string;
  readonly complete: boolean;
  readonly written: boolean;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
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
    "dev701: exit code 0, a line for each in the order of installation, a file an object",
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
        // No terminal: a line for each, no frame.
        assert.match(stdout, /^5 {2}release istio {2,}istio 1\.4\.6 {2,}\d+ {2,}\w[^\n]*Deployment/m);
        assert.match(stdout, /^2 {2}Namespace istio-system {2,}- {2,}1 {2,}Namespace$/m);
        assert.doesNotMatch(stdout, /[│─]/);
        assert.match(stdout, /^warning: Istio 1\.4 is past its end of life/m);
        assert.match(stdout, /^note: Secret istio-system\/kiali: the values are placeholders/m);
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
        assert.match(summary.warnings.join("\n"), /^Istio 1\.4 is past its end of life .*\nIstio 1\.4 is tested on/);
        assert.match(summary.notes.join("\n"), /^charts come from .* \(--charts\)\n.* Kubernetes 1\.21\.0/);
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
      const { code, stdout } = await jamIstio(["render", "integration702", "--out", out, "--charts", unreachable]);
      assert.equal(code, 0);
      assert.match(stdout, /^warning: ServiceEntry mysql captures TCP port 3306 [^\n]*, set mysql\.addresses$/m);
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

  it("what an earlier run rendered completely is left as it is, and it is said", () =>
    inFolder(async (out) => {
      const paths = ["release-istio/Role-a.yaml", "release-istio/_release.yaml"];
      await writeFiles(
        out,
        paths.map((path) => ({ path, text: "whole" })),
      );
      const { code, stdout } = await rendered(out);
      assert.equal(code, 3);
      assert.match(
        stdout,
        /^INCOMPLETE: .*\nnothing was written: the complete render of an earlier run in \S+ stays as it is/,
      );
      assert.match(stdout, /^\d+ objects; none was written$/m);
      assert.deepEqual(filesIn(out), [".jam-istio-files", ...paths]);
    }));

  it("--json says so as well", () =>
    inFolder(async (out) => {
      const { code, stdout } = await rendered(out, ["--json"]);
      assert.equal(code, 3);
      const summary = JSON.parse(stdout) as Summary;
      assert.deepEqual([summary.complete, summary.written], [false, true]);
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
