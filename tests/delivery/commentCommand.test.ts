import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jamIstio } from "../support/command";
import { startGitHub, type StandIn } from "./support/gitHub";
import { StackRepository } from "./support/repository";

// A pull request from its first commit to its third, with a real Git repository and a stand-in for GitHub. The stacks share a
// control plane: nothing needs a chart.

const stack = (host: string) =>
  `jam-istio:istio: {version: "1.4.6", controlPlane: shared}\njam-istio:mysql: {external: true, externalHostName: ${host}}`;

describe("jam-istio comment", () => {
  let repository: StackRepository;
  let hub: StandIn;

  before(async () => {
    hub = await startGitHub();
    for (let id = 1; id <= 60; id++) hub.comments.push({ id, body: `comment ${String(id)}` });
    repository = await StackRepository.create({ one: stack("a.example.com"), two: stack("a.example.com") });
    await repository.git("checkout", "--quiet", "-b", "change");
  });
  after(async () => {
    repository.remove();
    await hub.stop();
  });

  const comment = (env: NodeJS.ProcessEnv, ...args: readonly string[]) =>
    jamIstio(["comment", "--base", "main", ...args], env, repository.folder);
  const onGitHub = () => ({
    GITHUB_API_URL: hub.api,
    GITHUB_REPOSITORY: "team/mesh",
    GITHUB_TOKEN: "t0ken",
    GITHUB_REF: "refs/pull/12/merge",
  });
  const written = () => hub.comments.slice(60).map(({ body }) => body);

  it("of a fork, without a token: the text is printed and in the step summary, and no cluster was asked", async () => {
    repository.write({ one: stack("b.example.com") });
    hub.head = await repository.commit();
    const summary = join(repository.folder, "..", "summary.md");
    writeFileSync(summary, "");
    const { code, stdout, stderr } = await comment({ GITHUB_STEP_SUMMARY: summary, GITHUB_TOKEN: "" });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^\| one \| no cluster was asked \|/m);
    assert.match(stdout, /^-a\.example\.com\n\+b\.example\.com$/m);
    assert.match(stdout, /^- ✅ policy: no-faults-in-production, faults-have-an-end, no-downgrade, no-plain-secret$/m);
    // The other stack's file is as it was.
    assert.doesNotMatch(stdout, /^\| two/m);
    assert.equal(readFileSync(summary, "utf8"), stdout);
    assert.match(stderr, /no comment was written: it needs GITHUB_TOKEN/);
    assert.deepEqual(hub.asked, []);
  });

  it("is created behind 60 others, with the gate's verdict, and the whole in a folder", async () => {
    const previews = join(repository.folder, "previews");
    mkdirSync(previews);
    writeFileSync(join(previews, "one.txt"), "error: a step that Istio does not survive\n");
    writeFileSync(join(previews, "one.code"), "1\n");
    const out = join(repository.folder, "out");
    const { code, stderr } = await comment(onGitHub(), "--previews", previews, "--out", out);
    assert.equal(code, 0, stderr);
    const [body = "", ...more] = written();
    assert.deepEqual(more, []);
    assert.match(body, new RegExp(`^<!-- jam-istio:preview head=${hub.head} -->`));
    assert.match(body, /^\| one \| ❌ the gate refuses it \|/m);
    assert.match(body, /error: a step that Istio does not survive/);
    assert.equal(readFileSync(join(out, "preview.md"), "utf8"), body);
    assert.match(readFileSync(join(out, "one.html"), "utf8"), /ServiceEntry one\/mysql/);
  });

  it("is edited when the branch moves on, and outdated meanwhile", async () => {
    repository.write({ two: stack("c.example.com") });
    hub.head = await repository.commit();
    const marked = await comment(onGitHub(), "--outdated");
    assert.equal(marked.code, 0, marked.stderr);
    assert.match(written()[0] ?? "", new RegExp(`Outdated.*, the branch is at ${hub.head.slice(0, 7)}`));
    const edited = await comment(onGitHub());
    assert.equal(edited.code, 0, edited.stderr);
    const [body = "", ...more] = written();
    assert.deepEqual(more, []);
    assert.doesNotMatch(body, /Outdated/);
    assert.match(body, /^\| one \|.*\n\| two \|/m);
  });

  it("of a run that is late, a newer one stays", async () => {
    const before = written();
    const { code, stderr } = await comment(onGitHub(), "--head", "0123456789abcdef0123456789abcdef01234567");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /the comment is of a newer commit: it stays/);
    assert.deepEqual(written(), before);
  });

  it("wrong input changes nothing", async () => {
    const { code, stderr } = await comment(onGitHub(), "--pull", "twelve");
    assert.equal(code, 1);
    assert.match(stderr, /^error: --pull "twelve": allowed is a pull request's number$/m);
  });
});
