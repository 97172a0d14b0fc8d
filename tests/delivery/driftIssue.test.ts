import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { driftBody, driftTitle, isDriftIssue, issueStep, type StackDrift } from "../../delivery/issue/driftIssue";
import type { Drifted } from "../../delivery/drift/drift";
import { jamIstio } from "../support/command";
import { inFolder } from "../support/tinyCharts";
import { startGitHub, type StandIn } from "./support/gitHub";

// GitHub's API is a stand-in on loopback: what GitHub itself answers was not seen.

const changed = (at: number): Drifted => ({
  name: `ConfigMap istio-system/map-${String(at)}`,
  kind: "changed",
  changes: [{ path: "data.mode", kind: "changed", before: `<by hand> ${"x".repeat(300)}`, after: "as it should be" }],
});
const drifted = (stack: string, ...objects: readonly Drifted[]): StackDrift => ({
  stack,
  drift: { drifted: objects, unknown: [] },
});
const missing: Drifted = { name: "Deployment istio-system/istiod", kind: "missing", changes: [] };

describe("the issue of what drifted: its text", () => {
  it("has every stack in its table, and each object with what differs", () => {
    const body = driftBody({
      stacks: [drifted("dev701", changed(1), missing), drifted("dev702")],
      run: "https://ci/1",
    });
    assert.ok(isDriftIssue(body));
    assert.match(body, /^\| dev701 \| ⚠️ drifted \| 1 \| 1 \| 0 \| 0 \|$/m);
    assert.match(body, /^\| dev702 \| ✅ as its settings say \| 0 \| 0 \| 0 \| 0 \|$/m);
    assert.match(body, /^-<by hand> x+\n\+as it should be$/m);
    assert.match(body, /^- missing: <code>Deployment istio-system\/istiod<\/code>$/m);
    assert.match(body, /npm run up -- dev701 --reapply/);
    assert.match(body, /\[The newest run\]\(https:\/\/ci\/1\)/);
    // Of a stack that is well there is only its row.
    assert.doesNotMatch(body, /^### dev702/m);
  });

  it("a stack that could not be compared keeps it open, with the reason", () => {
    const stacks = [drifted("dev701"), { stack: "dev702", failure: "the cluster cannot be read: <no> answer" }];
    assert.match(driftBody({ stacks }), /^\| dev702 \| ❌ not compared \|/m);
    assert.match(driftBody({ stacks }), /❌ the cluster cannot be read: &lt;no&gt; answer/);
    assert.equal(issueStep({ stacks }, true).do, "edit");
    assert.equal(driftTitle({ stacks }), "Drift: dev702");
  });

  it("is cut between objects, below GitHub's bound; each stack has room", () => {
    const many = Array.from({ length: 300 }, (_, at) => changed(at));
    const body = driftBody({ stacks: [drifted("dev701", ...many), drifted("dev702", ...many)] });
    assert.ok(body.length <= 65_536, String(body.length));
    assert.ok(body.length > 60_000, String(body.length));
    for (const stack of ["dev701", "dev702"]) assert.match(body, new RegExp(`^### ${stack}$`, "m"));
    assert.equal(body.match(/… \d+ more do not fit here/g)?.length, 2);
    assert.equal(body.match(/<details>/g)?.length, body.match(/<\/details>/g)?.length);
  });

  it("of no stack nothing is known: nothing is closed", () => {
    assert.equal(issueStep({ stacks: [] }, true).do, "edit");
    assert.equal(issueStep({ stacks: [drifted("dev701")] }, false).do, "nothing");
  });
});

describe("jam-istio drift-issue", () => {
  let hub: StandIn;

  before(async () => {
    hub = await startGitHub();
    for (let number = 1; number <= 60; number++)
      hub.issues.push({ number, body: `issue ${String(number)}`, state: "open" });
    // Somebody's from outside, who would like to have it edited.
    Object.assign(hub.issues[59] ?? {}, { body: "<!-- jam-istio:drift -->", author_association: "NONE" });
    hub.issues.push({ number: 61, body: "<!-- jam-istio:drift -->", state: "open", pull_request: {} });
    hub.issues.push({ number: 62, body: "<!-- jam-istio:drift -->", state: "closed" });
  });
  after(() => hub.stop());

  const onGitHub = () => ({ GITHUB_API_URL: hub.api, GITHUB_REPOSITORY: "team/mesh", GITHUB_TOKEN: "t0ken" });
  const run = (files: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = onGitHub()) =>
    inFolder((folder) => {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
      writeFileSync(join(folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
      writeFileSync(join(folder, "Pulumi.dev701.yaml"), "config: {}\n");
      return jamIstio(["drift-issue", "--from", ".", "--run", "https://ci/1"], env, folder);
    });
  const found = (...objects: readonly Drifted[]) => ({
    "dev701.json": JSON.stringify({ stack: "dev701", drifted: objects, unknown: [] }),
    "dev701.code": objects.length === 0 ? "0\n" : "3\n",
  });
  const fresh = () => hub.issues.slice(62);

  it("is created once, behind 62 others, edited the next night, closed with a comment once all is well", async () => {
    const created = await run(found(missing));
    assert.deepEqual([created.code, created.stderr], [0, "the issue was created\n"]);
    assert.deepEqual(
      fresh().map(({ title, state }) => [title, state]),
      [["Drift: dev701", "open"]],
    );
    const edited = await run({ ...found(changed(7)), "dev702.code": "1\n", "dev702.log": "error: no answer\n" });
    assert.deepEqual([edited.code, edited.stderr], [0, "the issue was edited\n"]);
    assert.equal(fresh().length, 1);
    assert.equal(fresh()[0]?.title, "Drift: dev701, dev702");
    assert.match(fresh()[0]?.body ?? "", /map-7[^]*### dev702\n\n❌ no answer/);
    const closed = await run(found());
    assert.deepEqual([closed.code, closed.stderr], [0, "the issue was closed\n"]);
    assert.equal(fresh()[0]?.state, "closed");
    assert.match(hub.comments.at(-1)?.body ?? "", /^All 1 stacks are as their settings say/);
    const before = hub.asked.length;
    const well = await run(found());
    assert.deepEqual([well.code, well.stderr], [0, "no stack drifted, and no issue is open\n"]);
    assert.ok(
      hub.asked.slice(before).every((line) => line.startsWith("GET ")),
      hub.asked.slice(before).join("\n"),
    );
  });

  it("without a token it prints the text; a stack of which nothing was reported is named", async () => {
    const printed = await run(found(missing), { GITHUB_TOKEN: "" });
    assert.equal(printed.code, 0, printed.stderr);
    assert.match(printed.stdout, /^<!-- jam-istio:drift -->\n[^]*Deployment istio-system\/istiod/);
    const none = await run({}, { GITHUB_TOKEN: "" });
    assert.equal(none.code, 0, none.stderr);
    assert.match(
      none.stdout,
      /^### dev701\n\n❌ nothing is known of it: there is no dev701\.code\. Did its job fail\?$/m,
    );
  });

  it("a token without the right: the way out, never the token", async () => {
    hub.refuse = 403;
    const { code, stderr } = await run(found(missing));
    hub.refuse = undefined;
    assert.equal(code, 1);
    assert.match(stderr, /error: GitHub: GET \S+: HTTP 403\. The token needs issues: write/);
    assert.doesNotMatch(stderr, /t0ken/);
  });
});
