import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, statSync } from "node:fs";
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
    assert.match(first.stderr, /stack local700 is up: \d+ create\n$/);
    const second = await command("up", "local700", "--yes");
    assert.match(second.stderr, /stack local700 is up: \d+ same\n$/);
    assert.doesNotMatch(first.stdout + first.stderr, new RegExp(String.fromCharCode(27)));
  });

  it("up --refresh hands that on to Pulumi: what was changed in the cluster by hand is seen, and set right", async () => {
    const label = ["label", "namespace", "local700", "--overwrite"];
    await lab().plane.kubectl(...label, "istio-injection=disabled");
    const { code, stdout, stderr } = await command("up", "local700", "--yes", "--refresh");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stderr, /stack local700 is up: .*1 update/);
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
    assert.match(stderr, /stack local700 is down: \d+ delete\n$/);
    await assert.rejects(lab().plane.kubectl("get", "namespace", "istio-system"), /not found/);
    assert.match(await lab().plane.kubectl("get", "namespace", "local700"), /Active/);
    const again = await command("down", "local700", "--yes");
    assert.match(again.stderr, /stack local700 is down: nothing was there\n$/);
  });
});
