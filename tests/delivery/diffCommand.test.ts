import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StackDiff } from "../../delivery/stackDiff";
import { mustRun } from "../../tools/run";
import { jamIstio } from "../support/command";
import { itNeeds } from "../support/machine";

// A change in a repository that has stack files alone, as a team has it that uses this program.

describe("jam-istio diff", () => {
  let folder: string;
  const git = (...args: readonly string[]) =>
    mustRun("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], { seconds: 60, cwd: folder });
  const stackFile = (version: string) =>
    `config:\n  jam-istio:istio:\n    version: "${version}"\n  jam-istio:mysql:\n    external: true\n    externalHostName: db.example.com\n`;
  const writeStack = (version: string) => {
    writeFileSync(join(folder, "Pulumi.dev701.yaml"), stackFile(version));
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "jam-istio-diff-test-"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
    writeStack("1.4.6");
    await git("init", "--quiet", "--initial-branch=main");
    await git("add", ".");
    await git("commit", "--quiet", "--message=before");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  itNeeds(["mirror", "helm"], "an upgrade, as JSON and as a page: by group, with new names", async ({ mirror }) => {
    writeStack("1.4.10");
    const page = join(folder, "diff.html");
    const args = ["diff", "dev701", "--base", "main", "--json", "--html", page, "--charts", mirror];
    const { code, stdout, stderr } = await jamIstio(args, {}, folder);
    assert.equal(code, 0, stderr);
    const { objects, version, warnings, hidden, complete } = JSON.parse(stdout) as StackDiff;
    assert.deepEqual([version, complete], [{ before: "1.4.6", after: "1.4.10" }, true]);
    assert.deepEqual(warnings, []);
    assert.ok(hidden > 0, "labels with the chart's version are hidden");
    const pilot = objects.find(({ name }) => name === "Deployment istio-system/istio-pilot");
    assert.equal(pilot?.group, "restarts");
    assert.deepEqual(
      pilot.changes.filter(({ path }) => path.endsWith("[discovery].image")),
      [
        {
          path: "spec.template.spec.containers[discovery].image",
          kind: "changed",
          before: "docker.io/istio/pilot:1.4.6",
          after: "docker.io/istio/pilot:1.4.10",
        },
      ],
    );
    const job = objects.find(({ name }) => name === "Job istio-system/istio-init-crd-10-1.4.10");
    assert.deepEqual([job?.kind, job?.before], ["renamed", "istio-init-crd-10-1.4.6"]);
    const groups = [...new Set(objects.map(({ group }) => group))];
    assert.equal(groups[0], "restarts");
    assert.equal(groups.at(-1), "rest");
    const html = readFileSync(page, "utf8");
    assert.match(html, /<summary>&gt; Job istio-system\/istio-init-crd-10-1\.4\.10, before istio-init-crd-10-1\.4\.6</);
    // It loads nothing.
    assert.doesNotMatch(html, /(src|href)=/);
  });

  itNeeds(["mirror", "helm"], "a stack that is new: everything is added; its text fits a pipe", async ({ mirror }) => {
    writeFileSync(
      join(folder, "Pulumi.new702.yaml"),
      'config:\n  jam-istio:istio:\n    version: "1.4.6"\n    controlPlane: shared\n',
    );
    const { code, stdout, stderr } = await jamIstio(
      ["diff", "new702", "--base", "main", "--charts", mirror],
      {},
      folder,
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^stack new702 against main \([\da-f]{7}\)\n/);
    assert.match(stdout, /^ {2}\+ Namespace new702$/m);
    assert.match(stdout, /\n\d+ objects?: \d+ added; 0 equal\n$/);
  });

  it("what is wrong on one side is said with that side, and exit code 1", async () => {
    writeFileSync(join(folder, "Pulumi.dev701.yaml"), "config:\n  jam-istio:istio:\n    version: 1.4\n");
    const { code, stdout, stderr } = await jamIstio(
      ["diff", "dev701", "--base", "main", "--charts", "/nowhere"],
      {},
      folder,
    );
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /error: the side after the change cannot be rendered: .*istio\.version/s);
  });

  it("no such commit, no such stack", async () => {
    const [commit, stack] = await Promise.all([
      jamIstio(["diff", "dev701", "--base", "nowhere"], {}, folder),
      jamIstio(["diff", "dev9", "--base", "main"], {}, folder),
    ]);
    assert.deepEqual([commit.code, stack.code], [1, 1]);
    assert.match(
      commit.stderr,
      /error: there is no commit nowhere that this one comes from\. Another one: --base <ref>/,
    );
    assert.match(stack.stderr, /error: there is no Pulumi\.dev9\.yaml, neither here nor in main/);
  });
});
