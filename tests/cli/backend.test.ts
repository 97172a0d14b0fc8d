import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { chooseEngine, stateFolder } from "../../cli/engine/backend";
import { builtFolder, modulesOf } from "../../lab/goModules";

// Which Pulumi serves `up`. That the built one really deploys is shown in tests/e2e.

describe("the choice of Pulumi for up and preview", () => {
  const root = mkdtempSync(join(tmpdir(), "jam-istio-choice-"));
  const cache = process.env["JAM_ISTIO_CACHE"];
  const program = (folder: string, name: string) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), "#!/bin/sh\n");
    chmodSync(join(folder, name), 0o755);
    return folder;
  };
  const person = join(root, "bin");
  const labKubeconfig = join(root, "lab", "kubeconfig");
  let built = "";
  const choose = (path: string, kubeconfig?: string) =>
    chooseEngine(root, { PATH: path, PULUMI_BACKEND_URL: "file:///nowhere" }, kubeconfig);

  before(() => {
    process.env["JAM_ISTIO_CACHE"] = join(root, "cache");
    program(person, "pulumi");
    for (const module of modulesOf("engine")) program(builtFolder(module), module.programs[0] ?? "");
    built = builtFolder(modulesOf("engine")[0] ?? assert.fail());
    mkdirSync(join(root, "lab"));
    writeFileSync(join(root, "lab", "lab.json"), "{}");
  });
  after(() => {
    if (cache === undefined) delete process.env["JAM_ISTIO_CACHE"];
    else process.env["JAM_ISTIO_CACHE"] = cache;
    rmSync(root, { recursive: true });
  });

  it("the one that the person installed comes first, on the lab's cluster too", () => {
    for (const kubeconfig of [undefined, labKubeconfig]) {
      const { cli, env } = choose(person, kubeconfig);
      assert.equal(cli, "pulumi on PATH");
      assert.equal(env["PATH"], person);
      assert.equal(env["JAM_ISTIO_LAB_ENGINE"], undefined);
    }
  });

  it("without one, the npm package's; the built one on the lab's cluster alone", () => {
    assert.match(choose("/nowhere").cli, /the npm package pulumi/);
    assert.match(choose("/nowhere", join(root, "kubeconfig")).cli, /the npm package pulumi/);
    const { cli, env } = choose("/nowhere", labKubeconfig);
    assert.equal(cli, "Pulumi built for the lab, whose cluster this is");
    assert.equal(env["PATH"]?.split(delimiter)[0], built);
    assert.equal(env["JAM_ISTIO_LAB_ENGINE"], "1");
  });

  it("the program reaches the engine on loopback without the proxy, unless somebody says otherwise", () => {
    assert.equal(choose(person).env["no_grpc_proxy"], "127.0.0.1,localhost");
    const env = { PATH: person, PULUMI_BACKEND_URL: "file:///nowhere", no_grpc_proxy: "*" };
    assert.equal(chooseEngine(root, env).env["no_grpc_proxy"], "*");
  });

  it("no credentials in what is said of the state's place, whoever names it", () => {
    const url = "postgres://ann:S3CRET@db.example.com/state?password=S3CRET";
    writeFileSync(join(root, "credentials.json"), JSON.stringify({ current: url }));
    for (const env of [{ PULUMI_BACKEND_URL: url }, { PULUMI_CREDENTIALS_PATH: root }])
      assert.equal(chooseEngine(root, { PATH: person, ...env }).backend, "postgres://***@db.example.com/state");
  });
  for (const [url, folder] of [
    ["file:///var/state", "/var/state"],
    ["file:///var/state?no_tmp_dir=true", "/var/state"],
    ["file://~", homedir()],
    ["file://~/pulumi", join(homedir(), "pulumi")],
    ["file://state", join(root, "state")],
    ["file://./state", join(root, "state")],
    ["s3://bucket/state", undefined],
    ["https://api.pulumi.com", undefined],
    ["Pulumi Cloud", undefined],
    [undefined, undefined],
  ] as const) {
    it(`the state of ${String(url)} is in ${folder ?? "no folder of this machine"}`, () => {
      assert.equal(stateFolder(root, url), folder);
    });
  }

  it("the built one on PATH is refused for any other cluster, with the way out", () => {
    const message = /is the one that is built for the lab; it deploys to a lab's cluster only\. Install Pulumi: https/;
    assert.throws(() => choose(built), message);
    assert.throws(() => choose([built, person].join(delimiter), join(root, "kubeconfig")), message);
    assert.match(choose(built, labKubeconfig).cli, /built for the lab/);
  });
});
