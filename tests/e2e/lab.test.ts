import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startControlPlane } from "../../lab/controlPlane";
import { builtFolders } from "../../lab/goModules";
import { readLabInfo } from "../../lab/planeFile";
import { LabRegistry } from "../../lab/registry";
import { mustRun, run } from "../../tools/run";
import { describeOnLab, repository } from "./support/engine";
import { until } from "./support/until";

const bin = join(repository, "bin", "jam-istio.js");

/** Addresses that programs started from a lab's folder listen on. */
async function listeners(folder: string): Promise<readonly string[]> {
  const { stdout } = await run("ss", ["-ltnpH"], { seconds: 20 });
  const pids = readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder);
    } catch {
      return false;
    }
  });
  return stdout
    .split("\n")
    .filter((line) => pids.some((pid) => line.includes(`pid=${pid},`)))
    .map((line) => line.trim().split(/\s+/)[3] ?? "");
}

const programsOf = async (folder: string) =>
  (await run("ps", ["-e", "-o", "args="], { seconds: 20 })).stdout.split("\n").filter((line) => line.includes(folder));

for (const minor of ["1.34", "1.21"]) {
  describeOnLab(minor, "the lab, as a person starts it", () => {
    const home = mkdtempSync(join(tmpdir(), "jam-istio-home-"));
    const labs = new LabRegistry(join(home, ".lab"));
    const lab = (...args: readonly string[]) =>
      run(process.execPath, [bin, "lab", ...args], { seconds: 900, cwd: home });
    const folderOf = () =>
      (JSON.parse(readFileSync(join(home, ".lab", `${minor}.json`), "utf8")) as { folder: string }).folder;

    before(async () => {
      // A folder with a Pulumi.yaml is the project's.
      await run("touch", [join(home, "Pulumi.yaml")], { seconds: 10 });
    });
    after(async () => {
      await lab("down");
      rmSync(home, { recursive: true });
    });

    it("status and env say that nothing is up, with exit codes for scripts", async () => {
      const status = await lab("status");
      assert.deepEqual([status.code, status.stdout], [3, "nothing is up (npm run lab -- up starts one)\n"]);
      const env = await lab("env");
      assert.deepEqual([env.code, env.stderr], [1, "error: nothing is up. Start one: npm run lab -- up\n"]);
    });

    it("up starts it, listening on loopback only; a second up finds it", async () => {
      const up = await lab("up", "--kubernetes", minor, "--json");
      assert.equal(up.code, 0, up.stderr);
      const first = JSON.parse(up.stdout) as { kubeconfig: string; started: boolean };
      assert.ok(first.started);
      const addresses = await listeners(folderOf());
      assert.ok(addresses.length >= 5, addresses.join(" "));
      for (const address of addresses) assert.match(address, /^(127\.0\.0\.1|\[::1\]):\d+$/);
      const again = JSON.parse((await lab("up", "--kubernetes", minor, "--json")).stdout) as typeof first;
      assert.deepEqual(again, { ...first, started: false });
      assert.equal((await lab("env")).stdout, `export KUBECONFIG='${first.kubeconfig}'\n`);
      const nodes = await run(
        "sh",
        ["-c", `eval "$1"; ${readLabInfo(folderOf()).kubectl} get nodes`, "-", (await lab("env")).stdout],
        {
          seconds: 60,
        },
      );
      assert.match(nodes.stdout, /Ready/);
    });

    it("an API server that is silent for a while, as on a busy machine, ends none of its programs", async () => {
      const names = ["kube-controller-manager", "kube-scheduler"];
      const all = () => Promise.all(names.map((name) => programsOfName(folderOf(), name)));
      const before = await all();
      const [line = ""] = await programsOfName(folderOf(), "kube-apiserver");
      const server = Number(line.trim().split(/\s+/)[0]);
      process.kill(server, "SIGSTOP");
      await sleep(25_000);
      process.kill(server, "SIGCONT");
      const plane = readLabInfo(folderOf());
      const kubectl = (...args: readonly string[]) =>
        mustRun(plane.kubectl, ["--kubeconfig", plane.kubeconfig, ...args], { seconds: 60 });
      // Asked again as long as no answer comes; the first may have made it all the same.
      const made = () => kubectl("get", "namespace", "later").catch(() => kubectl("create", "namespace", "later"));
      await until("it answers", () => made().then(() => true));
      await until("its controllers work", () =>
        kubectl("get", "serviceaccount", "default", "-n", "later").then(() => true),
      );
      await kubectl("run", "later", "-n", "later", "--image", "x:1");
      await until("its scheduler works", async () =>
        /Running/.test(await kubectl("get", "pod", "later", "-n", "later")),
      );
      assert.deepEqual(await all(), before);
    });

    it("a crash of the API server is seen by status and cleared up by up", async () => {
      const before = folderOf();
      const [line = ""] = await programsOfName(before, "kube-apiserver");
      process.kill(Number(line.trim().split(/\s+/)[0]), "SIGKILL");
      await until("broken", async () => (await labs.status(minor)).state === "broken");
      const status = await lab("status");
      assert.equal(status.code, 3);
      assert.match(status.stdout, /broken {2}kube-apiserver no longer there; again: npm run lab -- up/);
      const up = await lab("up", "--kubernetes", minor);
      assert.equal(up.code, 0, up.stderr);
      assert.match(up.stderr, /clearing up what is left of an earlier one/);
      assert.ok(!existsSync(before));
      assert.deepEqual(await programsOf(before), []);
    });

    it("down ends every program and removes every file; a second down does nothing", async () => {
      const folder = folderOf();
      assert.equal((await lab("down")).stdout, `taken down: Kubernetes ${minor}\n`);
      assert.deepEqual(await programsOf(folder), []);
      assert.ok(!existsSync(folder));
      assert.equal((await lab("down")).stdout, "nothing was up\n");
    });

    it("a controller manager that ends at its start, as on a busy machine, is started again", async () => {
      const [binaries, ended] = [join(home, "programs"), join(home, "ended")];
      mkdirSync(binaries);
      const programs = builtFolders(minor).flatMap((folder) =>
        readdirSync(folder).map((name) => [folder, name] as const),
      );
      for (const [folder, name] of programs) {
        if (name !== "kube-controller-manager") symlinkSync(join(folder, name), join(binaries, name));
        else {
          const real = `exec "${join(folder, name)}" "$@"`;
          const script = `#!/bin/sh\nif [ ! -e "${ended}" ]; then touch "${ended}"; sleep 3; exit 1; fi\n${real}\n`;
          writeFileSync(join(binaries, name), script, { mode: 0o755 });
        }
      }
      const plane = await startControlPlane(minor, { binaries });
      try {
        assert.ok(existsSync(ended), "it ended once");
        assert.match(await plane.kubectl("get", "serviceaccounts", "-A", "-o", "name"), /default/);
      } finally {
        await plane.stop();
      }
    });

    it("a lab made for a process ends with it, also when that is killed", async () => {
      const code =
        `require("tsx/cjs"); require("${repository}/lab/controlPlane.ts").startControlPlane("${minor}")` +
        `.then(({ plane }) => { console.log(plane.folder); setInterval(() => {}, 1000); });`;
      const child = spawn(process.execPath, ["-e", code], { cwd: repository, stdio: ["ignore", "pipe", "inherit"] });
      const began = once(child.stdout, "data").then(([data]) => String(data).trim());
      const folder = await Promise.race([began, once(child, "exit").then(() => assert.fail("it did not start"))]);
      assert.ok((await programsOf(folder)).length >= 5, "its programs run");
      child.kill("SIGKILL");
      await until("gone", async () => !existsSync(folder) && (await programsOf(folder)).length === 0);
    });
  });
}

async function programsOfName(folder: string, name: string): Promise<readonly string[]> {
  const { stdout } = await run("ps", ["-e", "-o", "pid=,args="], { seconds: 20 });
  return stdout
    .split("\n")
    .filter((line) => line.includes(folder) && line.split(/\s+/).some((part) => part.endsWith(name)));
}
