import assert from "node:assert/strict";
import { dump, load } from "js-yaml";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "../../tools/helm";
import { run, type Ended } from "../../tools/run";
import type { Report } from "../../rehearse/report";
import { chartRoot, describeOn, repository } from "./support/engine";
import { oldLogin, writeUmbrella } from "./support/oldMesh/umbrella";

// docs/migrate.md, step by step, up to the copy: the old files become a stack file, and the rehearsal adopts what they made.

/** A project's folder, and the program in it. */
function useFolder() {
  const folder = mkdtempSync(join(tmpdir(), "jam-istio-way-in-"));
  const command = (...args: readonly string[]): Promise<Ended> =>
    run(process.execPath, [join(repository, "bin", "jam-istio.js"), ...args], {
      seconds: 1800,
      cwd: folder,
      env: { ...process.env, JAM_ISTIO_CHARTS: chartRoot(), JAM_ISTIO_CACHE: cacheFolder() },
    });
  const rehearse = async (stack: string, ...args: readonly string[]) => {
    const { code, stdout, stderr } = await command("rehearse", stack, "--json", ...args);
    assert.equal(code, 0, stdout + stderr);
    return JSON.parse(stdout) as Report;
  };
  before(() => {
    writeFileSync(join(folder, "Pulumi.yaml"), "name: jam-istio\nruntime: nodejs\n");
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  return { folder, command, rehearse };
}

/** Nothing was made anew, and no pod was missing for a moment. */
function checkAdopted({ phases, findings }: Report): void {
  const [adoption] = phases;
  assert.deepEqual(adoption?.lost, [], findings.join("\n"));
  assert.ok(
    adoption.workloads.every(({ restarted, leastReady, replicas }) => restarted === 0 && leastReady === replicas),
  );
}

describeOn("1.34", "the way in of a mesh without files, tried on a copy", () => {
  const { folder, rehearse } = useFolder();

  it("what helm get values prints makes the mesh, with the settings' parts, and it is adopted", async () => {
    const values = "meshConfig:\n  accessLogFile: /dev/stdout\n";
    writeFileSync(join(folder, "istiod.yaml"), values);
    const gateway = { enabled: true, releaseName: "edge" };
    const istio = { version: "1.28.10", releaseName: "mesh", timeoutSeconds: 180, gateway, values: load(values) };
    const config = { "jam-istio:istio": istio, "jam-istio:kiali": { enabled: false } };
    writeFileSync(join(folder, "Pulumi.local700.yaml"), dump({ config }));
    const report = await rehearse("local700", "--adopt", "istiod.yaml");
    assert.deepEqual(
      report.phases.map(({ name, succeeded, steps }) => [name, succeeded, steps]),
      [
        ["adoption of 1.28.10", true, []],
        ["the same once more", true, []],
      ],
    );
    checkAdopted(report);
  });
});

describeOn("1.21", "the way in, tried on a copy", () => {
  const { folder, command, rehearse } = useFolder();
  const file = join(folder, "Pulumi.dev701.yaml");
  const instances = ["instances/dev701-k8s.yaml", "instances/dev701-config.yaml"];

  before(() => {
    writeUmbrella(folder);
  });

  it("the umbrella's files become a stack file", async () => {
    const umbrella = ["Chart.yaml", "values.yaml"].map((name) => `helm/jam-istio/${name}`);
    const { code, stdout, stderr } = await command(
      "import-values",
      ...umbrella,
      ...instances,
      "helm/fault-injection/values.yaml",
    );
    assert.equal(code, 0, stdout + stderr);
    const text = readFileSync(file, "utf8");
    // What no file says: the release's name, and the name in the Secret's template.
    const named = text.replace(/^( *)version: 1\.4\.6$/m, "$&\n$1releaseName: jam-istio\n$1timeoutSeconds: 180");
    writeFileSync(file, named.replace(/^config:$/m, `$&\n  jam-istio:kiali: { username: ${oldLogin.username} }`));
  });

  it("a path that is none is said in one line before anything starts", async () => {
    const { code, stderr } = await command("rehearse", "dev701", "--adopt", "helm/nothing");
    assert.deepEqual([code, stderr], [1, "error: --adopt: there is no helm/nothing\n"]);
  });

  it("the mesh that they made is adopted there, nothing is lost or restarted, and it is upgraded", async () => {
    const before = readFileSync(join(folder, "helm/jam-istio/Chart.yaml"), "utf8");
    const report = await rehearse("dev701", "--adopt", "helm/jam-istio", ...instances, "--to-version", "1.4.10");
    const { phases } = report;
    assert.deepEqual(
      phases.map(({ name, succeeded }) => [name, succeeded]),
      [
        ["adoption of 1.4.6", true],
        ["upgrade to 1.4.10", true],
      ],
    );
    checkAdopted(report);
    assert.deepEqual(phases[1]?.proxies, { "1.4.10": 10 });
    assert.equal(readFileSync(join(folder, "helm/jam-istio/Chart.yaml"), "utf8"), before);
  });
});
