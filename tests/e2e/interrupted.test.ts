import assert from "node:assert/strict";
import { run, type Ended } from "../../tools/run";
import { describeOn, repository } from "./support/engine";
import { holdPods, holdRemoval, letGo } from "./support/held";
import { Instance } from "./support/instance";
import { kill } from "./support/kill";
import { classicConfig, helmStatus, injectorValues, useFreshLab } from "./support/lab";
import { until } from "./support/until";

const bin = `${repository}/bin/jam-istio.js`;

describeOn("1.21", "interrupted runs", () => {
  const lab = useFreshLab("1.21");
  let instance: Instance;
  const seconds = 300;
  const config = (istio = {}) => classicConfig(lab(), {}, { timeoutSeconds: seconds, ...istio });
  const command = (...args: readonly string[]): Promise<Ended> =>
    run(process.execPath, [bin, ...args], {
      seconds: 900,
      cwd: instance.folder,
      env: { ...process.env, ...instance.env },
    });
  const upOnce = async (): Promise<string> => {
    const { code, stdout, stderr } = await command("up", instance.name, "--yes");
    assert.equal(code, 0, stdout + stderr);
    return stdout + stderr;
  };
  const converged = async () => {
    assert.equal(await helmStatus(lab(), "istio-init"), "deployed");
    assert.equal(await helmStatus(lab(), "istio"), "deployed");
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
  };

  beforeEach(async () => {
    instance = await Instance.create("dev701", config());
  });
  afterEach(() => {
    instance.remove();
  });

  const system = ["-n", "istio-system"];
  const pilot = ["-l", "app=pilot"];
  const pilots = () => lab().plane.kubectl("get", "pods", ...system, ...pilot, "-o", "jsonpath={..requests.cpu}");

  it("killed before Helm's record: one up converges", async () => {
    const child = instance.startCommand("up");
    await until("istio-system", async () => (await lab().plane.kubectl("get", "namespace", "istio-system")) !== "");
    await kill(child, "tree");
    // Helm may have begun before the kill: to this clock that is old.
    instance.later(seconds);
    const text = await upOnce();
    assert.match(text, /locked by a run from here that is gone; taking its lock away/);
    await converged();
  });

  // More than the simulated node has: the release stays pending for as long as the test needs.
  const stuck = { pilot: { resources: { requests: { cpu: "100000" } } } };

  for (const release of ["istio-init", "istio"]) {
    it(`killed in pending-install of ${release}: refused while young, repaired by one up when old`, async () => {
      if (release === "istio") instance.configure(config({ values: stuck }));
      else await holdPods(lab(), "istio-init-crd", "hang");
      const child = instance.startCommand("up");
      await until("pending-install", async () => (await helmStatus(lab(), release)) === "pending-install");
      await kill(child, "tree");
      await letGo(lab(), "--field-selector", "status.phase=Pending");
      instance.configure(config());
      const young = await command("up", instance.name, "--yes");
      assert.notEqual(young.code, 0);
      assert.match(
        young.stdout,
        new RegExp(`release ${release} is pending-install since \\d+ s, less than its timeout of ${String(seconds)} s`),
      );
      assert.match(young.stdout, new RegExp(`kubectl -n istio-system delete secret sh.helm.release.v1.${release}.v1`));
      instance.later(seconds);
      const shown = await command("preview", instance.name);
      assert.match(
        shown.stdout,
        new RegExp(`release ${release}: left pending-install by an interrupted run \\d+ s ago; up repairs it`),
      );
      assert.match(await upOnce(), new RegExp(`release ${release}: repaired`));
      await converged();
    });
  }

  it("killed during a hook of Helm's, whose Job stays: repaired by one up", async () => {
    await holdPods(lab(), "istio-security-post-install", "hang");
    const child = instance.startCommand("up");
    const jobs = () => lab().plane.kubectl("get", "jobs", ...system, "-o", "name");
    await until("the hook's Job", async () => (await jobs()).includes("istio-security-post-install"));
    await kill(child, "tree");
    await letGo(lab(), "--field-selector", "status.phase=Pending");
    instance.later(seconds);
    assert.match(
      await upOnce(),
      /Job istio-security-post-install-\S+, which a hook of release istio left, was removed/,
    );
    await converged();
  });

  it("killed in pending-upgrade: repaired by one up, also when the config is taken back", async () => {
    await instance.up();
    instance.configure(config({ values: { ...stuck, global: { proxy: { concurrency: 3 } } } }));
    const child = instance.startCommand("up");
    await until("pending-upgrade", async () => (await helmStatus(lab(), "istio")) === "pending-upgrade");
    await kill(child, "tree");
    instance.configure(config());
    instance.later(seconds);
    assert.match(await upOnce(), /release istio: repaired \(left pending-upgrade/);
    await converged();
    assert.doesNotMatch(await injectorValues(lab()), /"concurrency":3/);
  });

  it("only the CLI killed: what its provider finished is taken over by one up", async () => {
    await holdPods(lab(), "istio-pilot-", "never-ready");
    const child = instance.startCommand("up");
    await until("its pod is there", async () => (await pilots()) !== "");
    assert.equal(await helmStatus(lab(), "istio"), "pending-install");
    await kill(child, "cli");
    await letGo(lab(), ...pilot);
    await until("deployed", async () => (await helmStatus(lab(), "istio")) === "deployed");
    const pods = ["get", "pods", ...system, "-o", "jsonpath={.items[*].metadata.uid}"];
    const before = await lab().plane.kubectl(...pods);
    assert.match(await upOnce(), /release istio: repaired \(deployed, and unknown to the stack's state/);
    assert.equal(await lab().plane.kubectl(...pods), before, "no pod was restarted");
    await converged();
  });

  it("only the CLI killed in an upgrade that is then taken back: one up puts the old values in again", async () => {
    await instance.up();
    // Its pod is made anew, and Helm waits for it.
    const more = { pilot: { resources: { requests: { cpu: "501m" } } } };
    instance.configure(config({ values: { ...more, global: { proxy: { concurrency: 3 } } } }));
    await holdPods(lab(), "istio-pilot-", "never-ready");
    const child = instance.startCommand("up");
    await until("the new pod is there", async () => (await pilots()).includes("501m"));
    assert.equal(await helmStatus(lab(), "istio"), "pending-upgrade");
    await kill(child, "cli");
    await letGo(lab(), ...pilot);
    await until("deployed", async () => (await helmStatus(lab(), "istio")) === "deployed");
    instance.configure(config());
    assert.match(
      await upOnce(),
      /release istio: repaired \(an interrupted run made its revision 2, the stack's state knows 1\)/,
    );
    await converged();
    assert.doesNotMatch(await injectorValues(lab()), /"concurrency":3/);
  });

  it("only the CLI killed in an upgrade that Helm gives up: with the old values one up puts all right", async () => {
    await instance.up();
    instance.configure(config({ timeoutSeconds: 30, values: stuck }));
    const child = instance.startCommand("up");
    await until("pending-upgrade", async () => (await helmStatus(lab(), "istio")) === "pending-upgrade");
    await kill(child, "cli");
    await until("failed", async () => (await helmStatus(lab(), "istio")) === "failed");
    instance.configure(config());
    assert.match(await upOnce(), /release istio: repaired \(the change to its revision 2 failed\)/);
    await converged();
    const asked = ["get", "deployments", ...system, "-o", "jsonpath={..requests.cpu}"];
    assert.doesNotMatch(await lab().plane.kubectl(...asked), /100000/);
  });

  const removedByHalf = async () => {
    await instance.up();
    await holdRemoval(lab(), true);
    const child = instance.startCommand("down");
    await until("uninstalling", async () => (await helmStatus(lab(), "istio")) === "uninstalling");
    await kill(child, "cli");
    await holdRemoval(lab(), false);
    await until("gone", async () => (await helmStatus(lab(), "istio")) === "none");
  };
  const readAnew = /an interrupted run had begun to delete .*istio.*; what is left of it is read anew/;

  it("only the CLI killed in down, whose provider then removes the release: the next down comes to its end", async () => {
    await removedByHalf();
    const { code, stdout, stderr } = await command("down", instance.name, "--yes");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stderr, readAnew);
  });

  it("the same, and up in its place: all is there again", async () => {
    await removedByHalf();
    assert.match(await upOnce(), readAnew);
    await converged();
  });

  it("a lock of plain Pulumi's is nobody's to take away; after the line that is named, one up converges", async () => {
    const child = instance.start("up");
    await until("istio-system", async () => (await lab().plane.kubectl("get", "namespace", "istio-system")) !== "");
    await kill(child, "tree");
    const { code, stderr } = await command("up", instance.name, "--yes");
    assert.equal(code, 1);
    const line = /the stack is locked by .* \(process \d+\), since .*: pulumi (cancel) --stack dev701\n$/.exec(stderr);
    assert.ok(line !== null && instance.isLocked, stderr);
    await instance.pulumi(line[1] ?? "", "--yes");
    instance.later(seconds);
    await upOnce();
    await converged();
  });

  it("a killed down: the message's commands, then one up", async () => {
    await instance.up();
    await holdRemoval(lab(), true);
    const child = instance.startCommand("down");
    await until("uninstalling", async () => (await helmStatus(lab(), "istio")) === "uninstalling");
    await kill(child, "tree");
    await holdRemoval(lab(), false);
    const refused = await command("up", instance.name, "--yes");
    assert.notEqual(refused.code, 0);
    const line = /To install again: (kubectl .*) && pulumi refresh --yes, then up again/.exec(refused.stdout);
    assert.ok(line !== null, refused.stdout);
    await lab().plane.kubectl(...(line[1] ?? "").split(" ").slice(1));
    await instance.refresh();
    await upOnce();
    await converged();
  });
});
