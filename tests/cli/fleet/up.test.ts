import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { FleetReport } from "../../../delivery/fleet/report";
import { until } from "../../e2e/support/until";
import { jamIstio, projectRoot } from "../../support/command";

// Pulumi is a stand-in (pulumi.sh beside this file): these tests prove which stacks are begun, when, and what is said of it. What is
// deployed is seen in tests/e2e/fleet.test.ts.

describe("jam-istio fleet up", () => {
  let folder = "";
  const at = (name: string) => join(folder, name);
  const env = () => ({
    PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}`,
    PULUMI_BACKEND_URL: "file:///nowhere",
    PULUMI_CONFIG_PASSPHRASE: "x",
  });
  const fleet = (...args: readonly string[]) => jamIstio(["fleet", ...args], env(), folder);
  const journal = () => (existsSync(at("journal")) ? readFileSync(at("journal"), "utf8").trim().split("\n") : []);
  const order = () => journal().filter((line) => /^(begin|end|fail|interrupt) /.test(line));
  const stackFile = (name: string, context: string, controlPlane = "managed", version = "1.30.3") => {
    const istio = `{version: "${version}", controlPlane: ${controlPlane}}`;
    const config = `  jam-istio:kubernetes: {context: ${context}}\n  jam-istio:istio: ${istio}\n`;
    writeFileSync(at(`Pulumi.${name}.yaml`), `config:\n${config}`);
  };
  const mark = (name: string) => {
    writeFileSync(at(name), "");
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "jam-istio-fleet-"));
    copyFileSync(join(__dirname, "pulumi.sh"), at("pulumi"));
    chmodSync(at("pulumi"), 0o755);
    writeFileSync(at("Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
    stackFile("owner", "a");
    stackFile("guest1", "a", "shared");
    stackFile("guest2", "a", "shared");
    stackFile("prod", "b");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("one of a cluster at a time, owners before guests, clusters beside each other; no stack is selected", async () => {
    const { code, stdout, stderr } = await fleet("up", "--yes", "--logs", "logs", "--json");
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout) as FleetReport;
    assert.deepEqual(
      report.stacks.map(({ stack, outcome, what }) => [stack, outcome, what]),
      ["owner", "guest1", "guest2", "prod"].map((stack) => [stack, "done", "3 created"]),
    );
    assert.deepEqual(JSON.parse(readFileSync(at("logs/report.json"), "utf8")), report);
    assert.match(stderr, /^up of 4 stacks in 2 clusters, at the same time 2 at most, one of a cluster:$/m);
    assert.match(stderr, /^1 {5}owner {3}a {8}owns its control plane$/m);
    assert.match(stderr, /^guest1: done, after \d+ s, 3 created$/m);
    const ofA = order().filter((line) => !line.endsWith("prod"));
    assert.deepEqual(
      ofA,
      ["owner", "guest1", "guest2"].flatMap((name) => [`begin ${name}`, `end ${name}`]),
    );
    const [owner, , , prod] = report.stacks;
    const ownerEnded = Date.parse(owner?.began ?? "") + (owner?.seconds ?? 0) * 1000;
    assert.ok(Date.parse(prod?.began ?? "") < ownerEnded, "the other cluster does not wait");
    assert.deepEqual(
      journal().filter((line) => line.startsWith("select")),
      [],
    );
    assert.equal(journal().filter((line) => line.startsWith("--no-select")).length, 4, "they are made");
    assert.match(
      readFileSync(at("logs/prod.log"), "utf8"),
      /^state: [^]*^Resources:$[^]*^stack prod is up: 3 created\n$/m,
    );
  });

  it("--first: all others wait for it", async () => {
    const { code } = await fleet("up", "--yes", "--first", "prod", "--stacks", "owner", "--stacks", "prod");
    assert.equal(code, 0);
    assert.deepEqual(order(), ["begin prod", "end prod", "begin owner", "end owner"]);
  });

  it("a failure of an owner: its guests are not begun, others are if more may fail; --resume goes on with what is left", async () => {
    mark("owner.fails");
    const first = await fleet("up", "--yes", "--max-failures", "2");
    assert.equal(first.code, 1, first.stderr);
    assert.match(first.stdout, /^owner +a +failed +\d+ s +pulumi up failed: error: owner is refused$/m);
    assert.match(first.stdout, /^guest2 +a +not begun +- +owner failed, which owns its control plane$/m);
    assert.match(first.stdout, /^prod +b +done/m);
    assert.match(first.stdout, /^to go on with what is left: npm run fleet -- up --resume$/m);
    rmSync(at("owner.fails"));
    rmSync(at("journal"));
    const second = await fleet("up", "--yes", "--resume");
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stderr, /^- +prod +b +skipped: it went through before$/m);
    assert.match(second.stdout, /: 3 done, 1 skipped$/m);
    assert.ok(!order().includes("begin prod"));
    const third = await fleet("up", "--yes", "--resume");
    assert.deepEqual([third.code, third.stderr], [0, "every stack went through before: nothing is done\n"]);
    stackFile("guest2", "a", "shared", "1.29.6");
    rmSync(at("journal"));
    assert.equal((await fleet("up", "--yes", "--resume")).code, 0);
    assert.deepEqual(order(), ["begin guest2", "end guest2"], "what was edited since then is deployed");
  });

  it("after the first failure none is begun", async () => {
    mark("owner.fails");
    const { code, stdout } = await fleet("up", "--yes", "--parallel", "1");
    assert.equal(code, 1);
    assert.match(stdout, /^prod +b +not begun +- +owner failed$/m);
    assert.deepEqual(order(), ["begin owner", "fail owner"]);
  });

  it("Ctrl-C, twice: those at work are interrupted once and waited for, the report is written, exit code 4", async () => {
    for (const name of ["owner", "prod"]) for (const how of ["hangs", "held"]) mark(`${name}.${how}`);
    const bin = join(projectRoot, "bin", "jam-istio.js");
    const child = spawn(process.execPath, [bin, "fleet", "up", "--yes", "--logs", "logs"], {
      cwd: folder,
      env: { ...process.env, ...env() },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    await until("both are begun", () => Promise.resolve(order().length >= 2));
    child.kill("SIGINT");
    await until("one is told", () => Promise.resolve(order().some((line) => line.startsWith("interrupt"))));
    child.kill("SIGINT");
    await until("it heard", () => Promise.resolve(stderr.includes("still waiting")));
    for (const name of ["owner", "prod"]) rmSync(at(`${name}.held`));
    assert.equal(await ended, 4, stderr);
    for (const name of ["owner", "prod"])
      assert.deepEqual(
        order().filter((line) => line.endsWith(name)),
        [`begin ${name}`, `interrupt ${name}`, `fail ${name}`],
      );
    assert.match(stderr, /^stopping: none is begun any more, waiting for 2 stacks to end$/m);
    assert.match(stderr, /^still waiting for 2 stacks to end$/m);
    const { state, stacks } = JSON.parse(readFileSync(at("logs/report.json"), "utf8")) as FleetReport;
    assert.equal(state, "stopped");
    assert.deepEqual(
      stacks.map(({ stack, outcome }) => `${stack}: ${outcome}`),
      ["owner: stopped", "guest1: not begun", "guest2: not begun", "prod: stopped"],
    );
  });

  it("wrong input: one message, and nothing is begun", async () => {
    stackFile("prod", "b", "nobody");
    const [wrong, unasked, name, both, number, none] = await Promise.all([
      fleet("up", "--yes"),
      fleet("up"),
      fleet("up", "--yes", "--stacks", "x*"),
      fleet("up", "--yes", "--resume", "--stacks", "prod"),
      fleet("up", "--yes", "--parallel", "many"),
      fleet("up", "--yes", "--resume"),
    ]);
    for (const { code, stdout } of [wrong, unasked, name, both, number, none])
      assert.deepEqual([code, stdout], [1, ""]);
    assert.match(wrong.stderr, /^error: .*settings of stack prod/);
    assert.match(unasked.stderr, /^error: nobody can be asked here; to deploy without a question: --yes\n$/);
    assert.match(name.stderr, /^error: --stacks: no stack is called "x\*". There are: guest1, guest2, owner, prod\n$/);
    assert.match(both.stderr, /^error: --resume goes on with the stacks of that run: not with --stacks/);
    assert.match(number.stderr, /^error: --parallel: "many" is no number that it can be. Allowed: 1 to 999\n$/);
    assert.match(none.stderr, /^error: --resume: there is no run from here that fleet up could go on with/);
    assert.deepEqual(journal(), []);
  });

  it("a wrong file is one failure among others where nothing is changed", async () => {
    stackFile("prod", "b", "nobody");
    const kubeconfig = { KUBECONFIG: at("none") };
    const { code, stdout } = await jamIstio(["fleet", "status"], { ...env(), ...kubeconfig }, folder);
    assert.equal(code, 1);
    assert.match(stdout, /^prod +b +failed +\d+ s +.*settings of stack prod/m);
    assert.match(stdout, /: 4 failed$/m);
  });
});
