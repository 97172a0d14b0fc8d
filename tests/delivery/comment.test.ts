import assert from "node:assert/strict";
import { commentBody, headIn, isOurs, longest, outdated, type StackReport } from "../../delivery/comment/body";
import { GitHub } from "../../delivery/comment/github";
import { touchedStacks } from "../../delivery/comment/inputs";
import { compareObjects } from "../../delivery/compare/compare";
import { stackDiff } from "../../delivery/stackDiff";
import type { KubernetesObject } from "../../render/objects";
import { startGitHub, type StandIn } from "./support/gitHub";

// GitHub's API is a stand-in on loopback: what GitHub itself answers was not seen.

const commit = "0123456789abcdef0123456789abcdef01234567";
const newer = "fedcba9876543210fedcba9876543210fedcba98";

const configMap = (at: number, value: string): KubernetesObject =>
  ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `map-${String(at)}`, namespace: "istio-system" },
    data: { value },
  }) as KubernetesObject;

/** A stack in which so many objects change. */
function reportOf(stack: string, objects: number): StackReport {
  const side = (value: string) => ({
    objects: Array.from({ length: objects }, (_, at) => configMap(at, value.repeat(200))),
    warnings: [],
    missing: [],
  });
  const diff = stackDiff(stack, "main (1a2b3c4)", { before: side("a"), after: side("b") }, { noise: [], notes: [] });
  return { stack, diff, upgrade: [], drills: [] };
}

const change = (...stacks: readonly StackReport[]) => ({ head: commit, base: "main (1a2b3c4)", stacks });

describe("the comment of a pull request: its text", () => {
  it("begins with the mark by which it is found, and has every stack in its table", () => {
    const body = commentBody(
      change(reportOf("dev701", 1), { ...reportOf("dev702", 1), previewed: { text: "x", code: 1 } }),
    );
    assert.ok(isOurs(body));
    assert.equal(headIn(body), commit);
    assert.match(body, /^\| dev701 \| no cluster was asked \| {2}\| nothing \| 1 \| 0 \|$/m);
    assert.match(body, /^\| dev702 \| ❌ the gate refuses it \|/m);
    assert.match(body, /judged by their files alone, without a cluster and without secrets/);
  });

  it("a stack that cannot be rendered is said beside the others", () => {
    const body = commentBody(
      change({ stack: "bad", failure: "istio.version is <wrong>", upgrade: [], drills: [] }, reportOf("dev701", 1)),
    );
    assert.match(body, /^\| bad \| ❌ cannot be rendered \|/m);
    assert.match(body, /❌ istio\.version is &lt;wrong&gt;/);
    assert.match(body, /ConfigMap istio-system\/map-0/);
  });

  it("is cut between objects, below GitHub's bound; each stack has room, and what is left out is counted", () => {
    const body = commentBody(change(reportOf("dev701", 400), reportOf("dev702", 400)), longest);
    assert.ok(body.length <= longest, String(body.length));
    assert.ok(body.length > longest * 0.9, String(body.length));
    for (const stack of ["dev701", "dev702"]) {
      const part = body.slice(body.indexOf(`### stack ${stack}`)).split("\n### ")[0] ?? "";
      const shown = part.split("<details>").length - 1;
      assert.equal(shown, part.split("</details>").length - 1);
      assert.ok(shown > 50, `${stack}: ${String(shown)}`);
      const left = /… (\d+) more objects do not fit here/.exec(part)?.[1];
      assert.equal(Number(left) + shown, 400, stack);
    }
  });

  it("is never longer, also with very many stacks", () => {
    const stacks = Array.from({ length: 900 }, (_, at) => reportOf(`stack${String(at)}`, 0));
    const body = commentBody(change(...stacks), longest);
    assert.ok(body.length <= longest, String(body.length));
    assert.match(body, /there are more stacks than fit here\.$/);
  });

  it("a fence in an object ends none of the comment's", () => {
    const text = (line: string) => `\`\`\`\n${line}\n`;
    const pair = compareObjects([configMap(0, text("a"))], [configMap(0, text("b"))], []);
    const whole = { ...reportOf("dev701", 1) };
    const diff = whole.diff === undefined ? undefined : { ...whole.diff, ...pair };
    const body = commentBody(change({ ...whole, ...(diff === undefined ? {} : { diff }) }));
    assert.match(body, /^````diff$/m);
  });

  it("of an older commit it says so once", () => {
    const body = commentBody(change(reportOf("dev701", 1)));
    const old = outdated(body, newer);
    assert.ok(isOurs(old));
    assert.match(old, /\*\*Outdated\*\*: this is of commit 0123456, the branch is at fedcba9\./);
    assert.equal(outdated(old, newer), old);
  });
});

describe("the comment of a pull request: which stacks", () => {
  const all = ["dev701", "dev702", "local700"];
  for (const [what, paths, stacks] of [
    ["a stack file touches its stack", ["Pulumi.dev702.yaml", "README.md"], ["dev702"]],
    ["one that is gone or new, too", ["Pulumi.dev701.yaml", "Pulumi.local700.yaml"], ["dev701", "local700"]],
    ["the program touches all", ["mesh/istio/releases.ts"], all],
    ["a package of it, too", ["package-lock.json"], all],
    ["texts and tests touch none", ["docs/upgrade.md", "tests/mesh/a.test.ts", "lab/agent.ts"], []],
  ] as const)
    it(what, () => {
      assert.deepEqual(touchedStacks(paths, all), stacks);
    });
});

describe("the comment of a pull request: GitHub", () => {
  let standIn: StandIn;
  let hub: GitHub;

  beforeEach(async () => {
    standIn = await startGitHub();
    hub = new GitHub({ api: standIn.api, repository: "team/mesh", token: "t0ken" });
  });
  afterEach(() => standIn.stop());

  const others = (count: number) => {
    for (let id = 1; id <= count; id++) standIn.comments.push({ id, body: `comment ${String(id)}` });
  };

  it("is found behind 60 others, and edited in its place", async () => {
    others(60);
    await hub.create(12, commentBody(change(reportOf("dev701", 1))));
    const found = await hub.findComment(12, isOurs);
    assert.equal(found?.id, 61);
    await hub.edit(found.id, outdated(found.body, newer));
    assert.equal(standIn.comments.length, 61);
    assert.match(standIn.comments[60]?.body ?? "", /Outdated/);
    assert.equal(standIn.asked.filter((line) => line.startsWith("GET")).length, 3);
  });

  it("there is none among others, nor where one quotes it", async () => {
    others(60);
    standIn.comments.push({ id: 99, body: "a reply that quotes <!-- jam-istio:preview head=abc -->" });
    assert.equal(await hub.findComment(12, isOurs), undefined);
  });

  it("a refusal says what the token needs, and never the token", async () => {
    standIn.refuse = 403;
    await assert.rejects(hub.create(12, "x"), (error: Error) => {
      assert.match(
        error.message,
        /^GitHub: POST \/repos\/team\/mesh\/issues\/12\/comments: HTTP 403\. The token needs pull-requests: write/,
      );
      assert.doesNotMatch(error.message, /t0ken/);
      return true;
    });
  });
});
