import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../../tools/helm";
import { run, type Ended } from "../../tools/run";
import { describeOn, repository } from "./support/engine";
import { Instance } from "./support/instance";
import { modernConfig, useLab } from "./support/lab";

describeOn("1.34", "the commands up, preview and down, with nobody logged in", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  const home = mkdtempSync(join(tmpdir(), "jam-istio-home-"));
  const command = (...args: readonly string[]): Promise<Ended> => {
    const env = {
      ...process.env,
      PATH: instance.env["PATH"],
      NODE_PATH: instance.env["NODE_PATH"],
      HOME: home,
      // Helm and the engine stay where they are.
      JAM_ISTIO_CACHE: cacheFolder(),
      PULUMI_HOME: home,
    };
    for (const name of Object.keys(env))
      if (/^PULUMI_(BACKEND_URL|CONFIG_PASSPHRASE|ACCESS_TOKEN)/.test(name)) Reflect.deleteProperty(env, name);
    return run(process.execPath, [join(repository, "bin", "jam-istio.js"), ...args], {
      seconds: 900,
      cwd: instance.folder,
      env,
    });
  };
  const passphrase = () => join(instance.folder, ".pulumi-local", "passphrase");

  before(async () => {
    instance = await Instance.create("local700", modernConfig(lab()));
    instance.configureText(
      readFileSync(join(instance.folder, "Pulumi.local700.yaml"), "utf8").replace(/^encryptionsalt.*\n/m, ""),
      "",
    );
  });
  after(() => {
    instance.remove();
  });

  it("down of a stack that this state does not have is refused, and makes none", async () => {
    const { code, stderr } = await command("down", "local700", "--yes");
    assert.equal(code, 1);
    assert.match(stderr, /error: there is no stack local700 in this state: nothing of it was deployed from here/);
  });

  it("preview says where the state is and changes nothing", async () => {
    const { code, stderr, stdout } = await command("preview", "local700");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stderr, /state: files in \.pulumi-local \(nobody is logged in; keep that folder/);
    assert.match(stdout, /\d+ to create/);
    await assert.rejects(lab().plane.kubectl("get", "namespace", "istio-system"), /not found/);
  });

  it("up asks nobody where nobody can answer, and says how to go on", async () => {
    const { code, stderr } = await command("up", "local700");
    assert.equal(code, 1);
    assert.match(stderr, /error: nobody can be asked here; to deploy without a question: --yes\n$/);
    await assert.rejects(lab().plane.kubectl("get", "namespace", "istio-system"), /not found/);
  });

  it("up --yes deploys, and a second one changes nothing", async () => {
    const first = await command("up", "local700", "--yes");
    assert.equal(first.code, 0, first.stdout + first.stderr);
    assert.match(first.stderr, /stack local700 is up: \d+ created\n$/);
    const second = await command("up", "local700", "--yes");
    assert.match(second.stderr, /stack local700 is up: \d+ unchanged\n$/);
    assert.doesNotMatch(first.stdout + first.stderr, new RegExp(String.fromCharCode(27)));
  });

  it("deploy does what its plan says, and refuses anything else with the difference: nothing is changed then", async () => {
    const plan = join(instance.folder, "local700.plan");
    const previewed = await command("preview", "local700", "--plan", plan);
    assert.equal(previewed.code, 0, previewed.stdout + previewed.stderr);
    assert.match(previewed.stderr, /plan [0-9a-f]{12} of stack local700, \d+ objects: \S+local700\.plan\n$/);
    const same = await command("deploy", "local700", "--plan", plan, "--halt-faults");
    assert.equal(same.code, 0, same.stdout + same.stderr);
    assert.match(
      same.stderr,
      /plan [0-9a-f]{12} is what would be deployed now[^]*stack local700 is up: \d+ unchanged\n$/,
    );
    writeFileSync(instance.file, readFileSync(instance.file, "utf8").replace("db.example.com", "other.example.com"));
    const other = await command("deploy", "local700", "--plan", plan, "--halt-faults");
    assert.equal(other.code, 3, other.stdout + other.stderr);
    assert.match(other.stdout, /^ {2}~ ServiceEntry local700\/mysql\n[^]*db\.example\.com[^]*other\.example\.com/m);
    assert.match(other.stdout, /\n2 objects: 2 changed; \d+ equal\n$/);
    assert.match(other.stderr, /error: this is not what was planned; nothing was changed\./);
    const entry = await lab().plane.kubectl("get", "serviceentry", "mysql", "-n", "local700", "-o", "yaml");
    assert.match(entry, /db\.example\.com/);
  });

  it("rotate-kiali makes the secret anew and restarts Kiali; what else the settings would change waits for up", async () => {
    const kiali = (what: string, path: string) =>
      lab().plane.kubectl("get", what, "kiali", "-n", "istio-system", "-o", `jsonpath={${path}}`);
    const key = () => kiali("secret", ".data.value\\.txt");
    const pods = () => kiali("deployment", ".spec.template.metadata.annotations");
    const [before, annotations] = await Promise.all([key(), pods()]);
    const { code, stdout, stderr } = await command("rotate-kiali", "local700");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stderr, /Kiali has a new signing key, in Secret kiali: everybody has to log in anew\n$/);
    const after = await key();
    assert.ok(after.length >= 32 && after !== before, "it is a new one");
    assert.notEqual(await pods(), annotations);
    const state = readFileSync(
      join(instance.folder, ".pulumi-local", "state", ".pulumi", "stacks", "jam-istio", "local700.json"),
      "utf8",
    );
    for (const value of [before, after].flatMap((one) => [one, Buffer.from(one, "base64").toString("utf8")]))
      for (const text of [state, stdout, stderr]) assert.ok(!text.includes(value), "it stands nowhere in clear");
    const entry = await lab().plane.kubectl("get", "serviceentry", "mysql", "-n", "local700", "-o", "yaml");
    assert.match(entry, /db\.example\.com/);
    writeFileSync(instance.file, readFileSync(instance.file, "utf8").replace("other.example.com", "db.example.com"));
    const again = await command("up", "local700", "--yes");
    assert.match(again.stderr, /stack local700 is up: \d+ unchanged\n$/);
  });

  it("up --refresh hands that on to Pulumi: what was changed in the cluster by hand is seen, and set right", async () => {
    const label = ["label", "namespace", "local700", "--overwrite"];
    await lab().plane.kubectl(...label, "istio-injection=disabled");
    const { code, stdout, stderr } = await command("up", "local700", "--yes", "--refresh");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stderr, /stack local700 is up: .*1 updated/);
    assert.match(await lab().plane.kubectl("get", "namespace", "local700", "-o", "yaml"), /istio-injection: enabled/);
  });

  it("the passphrase of the local state is long, the owner's alone, and in no output", () => {
    assert.equal(statSync(passphrase()).mode & 0o777, 0o600);
    assert.ok(readFileSync(passphrase(), "utf8").length >= 40);
    assert.ok(
      existsSync(join(instance.folder, ".pulumi-local", "state", ".pulumi", "stacks", "jam-istio", "local700.json")),
    );
  });

  it("wrong settings end with one message and exit code 1", async () => {
    const cluster = `  jam-istio:kubernetes: {kubeconfig: ${lab().plane.kubeconfig}}\n`;
    instance.configureText(`config:\n${cluster}  jam-istio:istio: {version: "1.7.3"}\n  jam-istio:bogus: 1\n`, "");
    for (const name of ["up", "preview", "render"]) {
      const { code, stderr } = await command(name, "local700");
      assert.equal(code, 1);
      assert.match(
        stderr,
        /error: 2 problems in the settings of stack local700; nothing was changed:\n {2}- .*\n {2}- .*\n$/,
      );
    }
  });

  it("down asks nobody where nobody can answer, and says how to go on", async () => {
    const { code, stderr } = await command("down", "local700");
    assert.equal(code, 1);
    assert.match(stderr, /error: nobody can be asked here; to take it away without a question: --yes\n$/);
    assert.match(await lab().plane.kubectl("get", "namespace", "istio-system"), /Active/);
  });

  it("down --yes takes the stack away, with settings that are wrong too, and says what stays", async () => {
    const { code, stdout, stderr } = await command("down", "local700", "--yes");
    assert.equal(code, 0, stdout + stderr);
    assert.match(
      stderr,
      /2 problems in the settings of stack local700[^]*What was deployed is taken away nevertheless/,
    );
    assert.match(stderr, /What stays:\n {2}- namespace local700 [^]*\n {2}- Istio's definitions \(CRDs\)/);
    assert.match(stderr, /stack local700 is down: \d+ deleted\n$/);
    await assert.rejects(lab().plane.kubectl("get", "namespace", "istio-system"), /not found/);
    assert.match(await lab().plane.kubectl("get", "namespace", "local700"), /Active/);
    const again = await command("down", "local700", "--yes");
    assert.match(again.stderr, /stack local700 is down: nothing was there\n$/);
  });
});
