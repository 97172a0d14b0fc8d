import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { StackDiff } from "../../delivery/stackDiff";
import { jamIstio } from "../support/command";
import { itNeeds } from "../support/machine";
import { StackRepository } from "./support/repository";

// A change in a repository that has stack files alone, as a team has it that uses this program.

describe("jam-istio diff", () => {
  let repository: StackRepository;
  const mesh = (version: string) => ({
    dev701: `jam-istio:istio: {version: "${version}"}\njam-istio:mysql: {external: true, externalHostName: db.example.com}`,
  });
  const diff = (...args: readonly string[]) => jamIstio(["diff", ...args], {}, repository.folder);

  beforeEach(async () => {
    repository = await StackRepository.create(mesh("1.4.6"));
  });
  afterEach(() => {
    repository.remove();
  });

  itNeeds(["mirror", "helm"], "an upgrade, as JSON and as a page: by group, with new names", async ({ mirror }) => {
    repository.write(mesh("1.4.10"));
    const page = join(repository.folder, "diff.html");
    const args = ["--base", "main", "--json", "--html", page, "--charts", mirror];
    const { code, stdout, stderr } = await diff("dev701", ...args);
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

  it("a stack that is new: everything is added", async () => {
    repository.write({ new702: 'jam-istio:istio: {version: "1.4.6", controlPlane: shared}' });
    const { code, stdout, stderr } = await diff("new702", "--base", "main");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^stack new702 against main \([\da-f]{7}\)\n/);
    assert.match(stdout, /^ {2}\+ Namespace new702$/m);
    assert.match(stdout, /\n\d+ objects?: \d+ added; 0 equal\n$/);
  });

  it("what is wrong on one side is said with that side, and exit code 1", async () => {
    repository.write({ dev701: "jam-istio:istio: {version: 1.4}" });
    const { code, stdout, stderr } = await diff("dev701", "--base", "main", "--charts", "/nowhere");
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /error: the side after the change cannot be rendered: .*istio\.version/s);
  });

  it("no such commit, no such stack", async () => {
    const [commit, stack] = await Promise.all([diff("dev701", "--base", "nowhere"), diff("dev9", "--base", "main")]);
    assert.deepEqual([commit.code, stack.code], [1, 1]);
    assert.match(
      commit.stderr,
      /error: there is no commit nowhere that this one comes from\. Another one: --base <ref>/,
    );
    assert.match(stack.stderr, /error: there is no Pulumi\.dev9\.yaml, neither here nor in main/);
  });
});
