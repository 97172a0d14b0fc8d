import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readStack } from "../../cli/stack/stackFile";
import { ciphertextsOf } from "../../delivery/plan/ciphertexts";
import { makePlan, newSalt } from "../../delivery/plan/plan";
import { programDigest } from "../../delivery/plan/programDigest";
import { meshPlan } from "../../mesh/meshPlan";
import { programFiles } from "../../rehearse/project";
import { render } from "../../render/render";
import { jamIstio, projectRoot } from "../support/command";
import { StackRepository } from "./support/repository";

// A plan that this test makes itself, as preview --plan would: no cluster is asked. What deploy does where the plan is the same is
// seen in tests/e2e/command.test.ts.

const config = (host: string) =>
  `jam-istio:istio: {version: "1.4.6", controlPlane: shared}\njam-istio:mysql: {external: true, externalHostName: ${host}}`;

describe("jam-istio deploy", () => {
  let repository: StackRepository;
  let file: string;
  let base: string;

  before(async () => {
    repository = await StackRepository.create({ one: config("a.example.com"), two: config("a.example.com") });
    base = (await repository.git("rev-parse", "HEAD")).trim();
    file = join(repository.folder, "one.plan");
    const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { version: string };
    const settings = readStack("one", repository.folder);
    const plan = makePlan(
      {
        settings,
        rendered: await render(meshPlan(settings), undefined, () => undefined),
        ciphertexts: ciphertextsOf(readFileSync(join(repository.folder, "Pulumi.one.yaml"), "utf8")),
        program: { version, files: programDigest(projectRoot, [...programFiles, "package-lock.json"]) },
      },
      { commit: base, base, salt: newSalt() },
    );
    writeFileSync(file, JSON.stringify(plan, undefined, 2));
  });
  after(() => {
    repository.remove();
  });

  const deploy = (stack: string, plan: string) => jamIstio(["deploy", stack, "--plan", plan], {}, repository.folder);

  it("a changed setting: refused with what differs, object by object, exit code 3", async () => {
    repository.write({ one: config("b.example.com") });
    const { code, stdout, stderr } = await deploy("one", file);
    repository.write({ one: config("a.example.com") });
    assert.equal(code, 3, stderr);
    assert.match(stdout, new RegExp(`^stack one against plan [0-9a-f]{12} of commit ${base.slice(0, 7)}\\n`));
    assert.match(stdout, /^ {2}~ ServiceEntry one\/mysql$/m);
    assert.match(
      stdout,
      /^ {4}-- a\.example\.com$[^]*^ {4}\+- b\.example\.com$|^ {4}-a\.example\.com\n {4}\+b\.example\.com$/m,
    );
    assert.match(stdout, /^ {2}~ Settings one$/m);
    assert.match(stderr, /error: this is not what was planned; nothing was changed\..* npm run preview -- one --plan/);
    assert.doesNotMatch(stderr, /^state: /m);
  });

  it("another stack's plan, a changed one, none", async () => {
    const changed = join(repository.folder, "changed.plan");
    writeFileSync(changed, readFileSync(file, "utf8").replaceAll("a.example.com", "b.example.com"));
    const [other, edited, none, folder] = await Promise.all([
      deploy("two", file),
      deploy("one", changed),
      deploy("one", "none"),
      deploy("one", "."),
    ]);
    assert.deepEqual([other.code, edited.code, none.code, folder.code], [1, 1, 1, 1]);
    assert.match(
      other.stderr,
      /error: --plan: \S+ is of stack one, not two\. Make another: npm run preview -- two --plan/,
    );
    assert.match(edited.stderr, /cannot be read: it is not as it was written: its digest differs\. Make another/);
    assert.match(none.stderr, /cannot be read: ENOENT/);
    assert.match(
      folder.stderr,
      /^error: --plan: \. is no file\. Make another: npm run preview -- one --plan <file>\n$/,
    );
  });

  it("files that do not come from the commit at which the plan began", async () => {
    await repository.git("checkout", "--quiet", "--orphan", "unrelated");
    await repository.commit();
    const elsewhere = await deploy("one", file);
    await repository.git("checkout", "--quiet", "main");
    assert.equal(elsewhere.code, 1);
    assert.match(
      elsewhere.stderr,
      /error: the plan began at commit \w{7}, and what is checked out does not come from it/,
    );
  });

  it("preview --plan replaces nothing but a plan, and takes --base with it alone", async () => {
    const preview = (...args: readonly string[]) => jamIstio(["preview", "one", ...args], {}, repository.folder);
    const [replaced, alone] = await Promise.all([preview("--plan", "Pulumi.two.yaml"), preview("--base", "main")]);
    assert.match(replaced.stderr, /error: --plan: Pulumi\.two\.yaml is there and is no plan; nothing is replaced/);
    assert.match(alone.stderr, /error: --base goes with --plan/);
    assert.deepEqual([replaced.code, alone.code], [1, 1]);
  });
});
