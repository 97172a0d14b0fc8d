import assert from "node:assert/strict";
import { mustRun } from "../../tools/run";
import { behaviourConfigMap } from "../../lab/podBehaviour";
import { runReaper } from "../e2e/support/reaperPod";
import { useCommands } from "./support/commands";
import { Project } from "./support/project";
import { describeTraffic } from "./support/suite";
import { at } from "./support/world";

// The command drill, beside a real proxy: what it says of it is true when its traffic shows it.

interface FaultsJson {
  readonly reapers: readonly { readonly end: string; readonly trouble?: string }[];
}
interface DrillJson {
  readonly why: string;
  readonly hits: Readonly<Record<string, number>>;
  readonly proxies: { readonly dropped: number; readonly holding: number };
}

describeTraffic("mesh drill", (world) => {
  const { ps, project, call, status, answers, active } = useCommands(world);

  /** What comes with a drill and acts on nothing. */
  const rest = () =>
    world().plane.kubectl(
      ...["get", "jobs,roles,rolebindings,serviceaccounts", "-n", "dev701", "-l", "jam-istio/fault", "-o", "name"],
    );

  it("a drill runs its time, counts, and leaves nothing", async () => {
    const drill = project().start("mesh", "drill", "dev701", "httpAbort/ct-webapp", "--for", "25s", "--json");
    await answers("503");
    await call({ count: 10 });
    const end = await drill.end;
    assert.equal(end.code, 0, end.stderr);
    const report = JSON.parse(end.stdout) as DrillJson;
    assert.equal(report.why, "time");
    assert.ok((report.hits["aborted"] ?? 0) >= 11, end.stdout);
    assert.deepEqual([report.proxies.dropped, report.proxies.holding], [1, 0]);
    assert.deepEqual([await status(), await active(), await rest()], ["200", "", ""]);
  });

  it("a drill stops when its probe fails, and is not begun where it fails before", async () => {
    const failing = await project().run("mesh", "drill", "dev701", "2", "--for", "5m", "--stop-if", "exit 7");
    assert.equal(failing.code, 1);
    assert.match(
      failing.stderr,
      /no fault was injected: the steady state is not there before the drill: "exit 7" ended with 7/,
    );
    // The steady state: no fault. It is gone as soon as the drill is in.
    const kubectl = `kubectl --kubeconfig ${world().plane.kubeconfig} get vs -n dev701 -o name`;
    const probe = `test -z "$(${kubectl})"`;
    const end = await project().run("mesh", "drill", "dev701", "2", "--for", "5m", "--stop-if", probe);
    assert.equal(end.code, 3, end.stderr);
    assert.match(end.stdout, /the probe failed/);
    const [seen] = await ps().measure({ kind: "read", address: at.db, port: 3306 });
    assert.deepEqual([seen?.result, await active()], ["hello", ""]);
  });

  for (const signal of ["SIGINT", "SIGHUP"] as const)
    it(`a drill that gets ${signal} removes the fault and reports`, async () => {
      const drill = project().start("mesh", "drill", "dev701", "1", "--for", "5m");
      await answers("503");
      drill.child.kill(signal);
      const end = await drill.end;
      assert.equal(end.code, 4, end.stderr);
      assert.match(end.stdout, /it was stopped by hand after \d+ s/);
      assert.deepEqual([await status(), await active()], ["200", ""]);
    });

  it("a drill whose terminal is gone removes the fault all the same", async () => {
    const drill = project().start("mesh", "drill", "dev701", "1", "--for", "5m");
    await answers("503");
    drill.child.stdout?.destroy();
    drill.child.stderr?.destroy();
    drill.child.kill("SIGHUP");
    await new Promise((resolve) => drill.child.once("exit", resolve));
    assert.deepEqual([await status(), await active()], ["200", ""]);
  });

  it("a probe that hangs ends the drill after ten seconds, with all that the probe started", async () => {
    const marker = `sleep 86${String(process.pid)}`;
    // Steady at first; then a pipe of which only the shell would be killed.
    const kubectl = `kubectl --kubeconfig ${world().plane.kubeconfig} get vs -n dev701 -o name`;
    const probe = `test -z "$(${kubectl})" || ${marker} | cat`;
    const end = await project().run("mesh", "drill", "dev701", "1", "--for", "5m", "--stop-if", probe);
    assert.equal(end.code, 3, end.stderr);
    assert.match(end.stdout, /the probe failed: .*no answer within 10 s/);
    await assert.rejects(mustRun("pgrep", ["-f", marker], { seconds: 10 }));
    assert.deepEqual([await status(), await active()], ["200", ""]);
  });

  it("a drill of an external service that the cluster has not is refused", async () => {
    const other = new Project({
      kubernetes: { kubeconfig: world().plane.kubeconfig },
      istio: { version: "1.28.9", controlPlane: "shared" },
      externalServices: [{ name: "geo", hosts: ["geo.example.com"], ports: [{ number: 5432, protocol: "TCP" }] }],
      faultInjection: { faults: [{ type: "externalHost", service: "geo", everyone: true }] },
    });
    const end = await other.run("mesh", "drill", "dev701", "1", "--for", "5m");
    other.remove();
    assert.equal(end.code, 1);
    assert.match(end.stderr, /ServiceEntry geo is not in namespace dev701: run up first/);
  });

  it("a drill that was killed is ended by its Job; a second one on it is refused", async () => {
    const drill = project().start("mesh", "drill", "dev701", "1", "--for", "5m");
    await answers("503");
    const begun = Date.now();
    drill.child.kill("SIGKILL");
    await drill.end;
    assert.equal(await status(), "503");
    const second = await project().run("mesh", "drill", "dev701", "1", "--for", "5m");
    assert.equal(second.code, 1);
    assert.match(
      second.stderr,
      /VirtualService dev701\/fault-service-ct-webapp-[0-9a-f]{8} already routes host ct-webapp/,
    );
    const shown = await project().run("mesh", "faults", "dev701", "--json");
    const [reaper] = (JSON.parse(shown.stdout) as FaultsJson).reapers;
    assert.equal(reaper?.trouble, undefined, shown.stdout);
    const late = Date.parse(reaper?.end ?? "") - begun;
    assert.ok(late > 300_000 - 10_000 && late <= 390_000, String(late));
    // What its container does, earlier.
    const end = await runReaper(world().plane, "dev701", { END: "0" });
    assert.equal(end.code, 0, end.stderr);
    await answers("200");
    assert.equal(await active(), "");
    assert.equal((await project().run("mesh", "faults", "dev701", "--off")).code, 0);
    assert.equal(await rest(), "");
  });

  it("a drill whose Job does not run is refused; with --no-reaper it is not, and killed it stays until off", async () => {
    const metadata = { name: behaviourConfigMap, namespace: "kube-system" };
    const data = { "dev701.fault-reaper-": "hang" };
    await world().apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data });
    const refused = await project().run("mesh", "drill", "dev701", "1", "--for", "5m");
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /no fault was injected: Job fault-reaper-\w{8} does not run: Pod .*\. With --no-reaper the drill runs without it/,
    );
    assert.deepEqual([await active(), await rest()], ["", ""]);
    const drill = project().start("mesh", "drill", "dev701", "1", "--for", "5m", "--no-reaper");
    await answers("503");
    await world().plane.kubectl("delete", "configmap", metadata.name, "-n", metadata.namespace);
    assert.equal(await rest(), "");
    drill.child.kill("SIGKILL");
    await drill.end;
    assert.equal((await project().run("mesh", "faults", "dev701", "--off")).code, 0);
    assert.deepEqual([await status(), await active()], ["200", ""]);
  });

  it("a drill that somebody else ends says so", async () => {
    const drill = project().start("mesh", "drill", "dev701", "1", "--for", "5m");
    await answers("503");
    await world().takeOut();
    const end = await drill.end;
    assert.equal(end.code, 4);
    assert.match(end.stdout, /somebody else removed the fault/);
  });
});
