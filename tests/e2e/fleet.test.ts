import assert from "node:assert/strict";
import type { FleetReport } from "../../delivery/fleet/report";
import { caller, service } from "./support/callers";
import { describeOn } from "./support/engine";
import { FleetFolder } from "./support/fleetFolder";
import { apply, modernConfig, useLab } from "./support/lab";
import { until } from "./support/until";

// Four stacks in one cluster, which two contexts make look like two: an owner with a guest, and another two that take themselves for
// the owner of the second one and its guest.

describeOn("1.34", "a fleet of stacks", () => {
  const lab = useLab("1.34");
  let folder: FleetFolder;
  let kubeconfig = "";
  const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
  const configure = (stack: string, context: string, controlPlane: "managed" | "shared", given: object = {}) => {
    const more = { kubernetes: { kubeconfig, context }, kiali: { enabled: false }, ...given };
    folder.configure(stack, modernConfig(lab(), more, { controlPlane }));
  };
  const rows = ({ stdout }: { readonly stdout: string }) =>
    (JSON.parse(stdout) as FleetReport).stacks.map(({ stack, outcome }) => `${stack}: ${outcome}`);

  before(() => {
    folder = new FleetFolder();
    kubeconfig = folder.twoContexts(lab().kubeconfig, "second");
    configure("dev701", "first", "managed");
    configure("guest701", "first", "shared");
    configure("second701", "second", "managed");
    configure("second702", "second", "shared");
  });
  after(() => {
    (folder as FleetFolder | undefined)?.remove();
  });

  it("preview shows what would be created, and what would be refused, and changes nothing", async () => {
    const { code, stdout, stderr } = await folder.fleet("preview", "--stacks", "*701", "--logs", "previews");
    assert.equal(code, 1, stdout + stderr);
    assert.match(stderr, /^preview of 3 stacks in 2 clusters, at the same time 2 at most:$/m);
    assert.match(stdout, /^dev701 +\S+ +done +\d.* \d+ to create$/m);
    assert.match(stdout, /^guest701 +\S+ +failed .*$/m);
    await assert.rejects(kubectl("get", "namespace", "istio-system"), /not found/);
  });

  it("up: an owner before its guests and before all others, a refused one is named, its guests are not begun", async () => {
    const ended = await folder.fleet("up", "--yes", "--first", "dev701", "--max-failures", "5", "--json");
    assert.equal(ended.code, 1, ended.stdout + ended.stderr);
    assert.deepEqual(rows(ended), ["dev701: done", "guest701: done", "second701: failed", "second702: not begun"]);
    const { stacks } = JSON.parse(ended.stdout) as FleetReport;
    assert.match(stacks[0]?.what ?? "", /^\d+ created$/);
    assert.match(stacks[3]?.what ?? "", /^second701 failed, which owns its control plane$/);
    assert.match(await kubectl("get", "serviceentries.networking.istio.io", "-n", "guest701", "-o", "name"), /mysql/);
    await assert.rejects(kubectl("get", "namespace", "second702"), /not found/);
  });

  it("--resume deploys what is left, once it was set right", async () => {
    configure("second701", "second", "shared");
    const ended = await folder.fleet("up", "--yes", "--resume", "--json");
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.deepEqual(rows(ended), ["dev701: skipped", "guest701: skipped", "second701: done", "second702: done"]);
    for (const namespace of ["second701", "second702"])
      assert.match(await kubectl("get", "serviceentries.networking.istio.io", "-n", namespace, "-o", "name"), /mysql/);
  });

  it("status and drift: all as the settings say, until somebody changes something", async () => {
    const [status, clean] = [await folder.fleet("status", "--json"), await folder.fleet("drift", "--json")];
    assert.deepEqual([status.code, clean.code], [0, 0], status.stdout + clean.stdout);
    await kubectl("delete", "serviceentries.networking.istio.io", "mysql", "-n", "second702");
    const { code, stdout } = await folder.fleet("drift");
    assert.equal(code, 3);
    assert.match(stdout, /^second702 +\S+ +found +.* 1 object drifted$/m);
    assert.match(stdout, /^! second702: ServiceEntry second702\/mysql: is missing$/m);
    assert.match(stdout, /: 3 done, 1 found$/m);
  });

  it("faults: those that are active anywhere, and the end of all", async () => {
    await apply(lab(), service("memcached", { tcp: 11211 }, "guest701"), caller("ps", "guest701"));
    await kubectl("rollout", "status", "deployment/ps", "-n", "guest701");
    const faults = [{ type: "tcpRedirect", host: "memcached", ports: [11211], everyone: true }];
    configure("guest701", "first", "shared", { faultInjection: { enabled: true, faults } });
    const drill = await folder.fleet("up", "--yes", "--stacks", "guest701");
    assert.equal(drill.code, 0, drill.stdout + drill.stderr);
    const active = await folder.fleet("faults");
    assert.equal(active.code, 3, active.stdout + active.stderr);
    assert.match(active.stdout, /^guest701 +\S+ +found +.* 1 host with faults$/m);
    assert.match(active.stdout, /^! guest701: .*memcached.*; since 20/m);
    const off = await folder.fleet("faults", "--off");
    // The lab's pods have no proxies that could say whether they dropped it.
    assert.equal(off.code, 3, off.stdout + off.stderr);
    assert.match(off.stdout, /^guest701 +\S+ +found +.* 1 host without faults again$/m);
    assert.match(off.stdout, /^! guest701: 2 proxies could not be asked$/m);
    const after = await folder.fleet("faults");
    assert.equal(after.code, 0, after.stdout);
    assert.match(after.stdout, /: 4 done$/m);
  });

  it("Ctrl-C: who is at work ends its step, none is begun any more, no lock is left, and --resume goes on", async () => {
    for (const stack of ["dev701", "guest701"])
      configure(stack, "first", stack === "dev701" ? "managed" : "shared", {
        mysql: { external: true, externalHostName: "other.example.com" },
      });
    const child = folder.start("up", "--yes", "--stacks", "*701", "--parallel", "1", "--logs", "stopped");
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const isAtWork = () => folder.report("stopped") !== undefined && folder.locks().length > 0;
    await until("it is at work", () => Promise.resolve(isAtWork() || child.exitCode !== null));
    assert.equal(child.exitCode, null, "it had ended");
    child.kill("SIGINT");
    assert.equal(await ended, 4);
    const report = folder.report("stopped");
    assert.equal(report?.state, "stopped");
    const [first, ...others] = report.stacks.map(({ outcome }) => outcome);
    assert.ok(first === "stopped" || first === "done", first);
    assert.deepEqual(others, ["not begun", "not begun"]);
    assert.deepEqual(folder.locks(), []);
    const resumed = await folder.fleet("up", "--yes", "--resume", "--logs", "stopped");
    assert.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
    const hosts = await kubectl("get", "serviceentries.networking.istio.io", "mysql", "-n", "guest701", "-o", "yaml");
    assert.match(hosts, /other\.example\.com/);
  });

  it("no stack was selected for the whole folder", () => {
    assert.deepEqual(folder.selected(), []);
  });
});
