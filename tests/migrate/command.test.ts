/** The commands `import-values` and `new` as child processes, in a folder that looks like the project's. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../support/command";
import { run } from "../../tools/run";

/** Nothing listens on the port "discard": what is written does not depend on charts that cannot be reached now. */
const unreachable = "http://127.0.0.1:9";
const chart = "apiVersion: v1\nname: jam-istio\ndependencies:\n  - {name: istio, version: 1.4.6}\n";
const values = [
  "jam: { namespace: dev701, mysql: { external: true, externalHostName: db.example.com }, ps: { replicas: 2 } }",
  "istio: { kiali: { enabled: true }, gateways: { enabled: false } }",
].join("\n");

describe("the commands that write a stack file", () => {
  let folder = "";
  const file = (name: string) => join(folder, name);
  const command = (...args: readonly string[]) =>
    run(process.execPath, [join(projectRoot, "bin/jam-istio.js"), ...args], {
      seconds: 300,
      cwd: folder,
      env: { ...process.env, JAM_ISTIO_CHARTS: unreachable },
    });
  const importBoth = (...args: readonly string[]) => command("import-values", "Chart.yaml", "values.yaml", ...args);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "jam-istio-import-"));
    writeFileSync(file("Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
    writeFileSync(file("Chart.yaml"), chart);
    writeFileSync(file("values.yaml"), values);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("import-values writes it, and reports each old key", async () => {
    const { code, stdout } = await importBoth();
    assert.equal(code, 0, stdout);
    assert.match(readFileSync(file("Pulumi.dev701.yaml"), "utf8"), /externalHostName: db\.example\.com/);
    assert.match(stdout, /jam\.mysql\.external: carried -> mysql\.external\n/);
    assert.match(stdout, /jam\.ps\.replicas: left out\n/);
    assert.match(stdout, /Pulumi\.dev701\.yaml is written/);
  });

  it("import-values takes a second chart's own values for defaults, also where they are named last", async () => {
    mkdirSync(file("fault-injection"));
    writeFileSync(file("fault-injection/Chart.yaml"), "apiVersion: v1\nname: fault-injection\n");
    writeFileSync(
      file("fault-injection/values.yaml"),
      "jam: { namespace: local700, ctWebapp: { faultinject: false } }",
    );
    writeFileSync(file("dev701-k8s.yaml"), "jam: { namespace: dev701 }");
    const { code, stdout } = await importBoth("dev701-k8s.yaml", "fault-injection/values.yaml");
    assert.equal(code, 0, stdout);
    assert.match(stdout, /Pulumi\.dev701\.yaml is written/);
    assert.match(stdout, /jam\.ctWebapp\.faultinject: carried/);
  });

  it("import-values leaves a file that is there alone, until --force", async () => {
    writeFileSync(file("Pulumi.dev701.yaml"), "mine");
    const refused = await importBoth();
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /Pulumi\.dev701\.yaml is there already; nothing was written/);
    assert.equal(readFileSync(file("Pulumi.dev701.yaml"), "utf8"), "mine");
    assert.equal((await importBoth("--force")).code, 0);
    assert.match(readFileSync(file("Pulumi.dev701.yaml"), "utf8"), /^# yaml-language-server/);
  });

  it("import-values keeps what Pulumi encrypted, also with --force", async () => {
    const text = "config: {}\nencryptionsalt: v1:abc\n";
    writeFileSync(file("Pulumi.dev701.yaml"), text);
    const { code, stderr } = await importBoth("--force");
    assert.equal(code, 1);
    assert.match(stderr, /holds what Pulumi encrypted/);
    assert.equal(readFileSync(file("Pulumi.dev701.yaml"), "utf8"), text);
  });

  it("import-values names all that is wrong, and writes nothing", async () => {
    writeFileSync(file("a.yaml"), "a: [");
    const { code, stderr } = await command("import-values", "a.yaml", "none.yaml");
    assert.equal(code, 1);
    assert.match(stderr, /none\.yaml cannot be read/);
    const again = await command("import-values", "a.yaml");
    assert.match(again.stderr, /nothing was written:\n {2}- a\.yaml: no valid YAML/);
    assert.deepEqual(
      readdirSync(folder).filter((name) => /^Pulumi\..+\.yaml$/.test(name)),
      [],
    );
  });

  it("import-values --json is for scripts", async () => {
    const { stdout } = await importBoth("--json");
    const { stack, rows } = JSON.parse(stdout) as { stack: string; rows: readonly { old: string }[] };
    assert.equal(stack, "dev701");
    assert.ok(rows.some(({ old }) => old === "jam.ps.replicas"));
  });

  it("new --yes writes what is given, and names what is wrong", async () => {
    const wrong = await command("new", "dev702", "--yes", "--istio-version", "1.7.0", "--region", "x");
    assert.equal(wrong.code, 1);
    for (const key of ["dataStorage.region", "istio.version"])
      assert.ok(wrong.stderr.includes(`  - jam-istio:${key}: `), wrong.stderr);
    assert.ok(!existsSync(file("Pulumi.dev702.yaml")));
    const written = await command("new", "dev702", "--yes", "--istio-version", "1.30.3");
    assert.equal(written.code, 0, written.stderr);
    assert.match(readFileSync(file("Pulumi.dev702.yaml"), "utf8"), /version: 1\.30\.3/);
  });

  it("new does not wait for answers where there is no terminal", async () => {
    const { code, stderr } = await command("new", "dev702");
    assert.equal(code, 1);
    assert.match(stderr, /no terminal to ask on\. Give --yes/);
  });
});
