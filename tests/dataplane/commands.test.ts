import assert from "node:assert/strict";
import { mustRun } from "../../tools/run";
import { behaviourConfigMap } from "../../lab/podBehaviour";
import { runReaper } from "../e2e/support/reaperPod";
import { until } from "../e2e/support/until";
import { Project } from "./support/project";
import type { Sidecar } from "./support/sidecar";
import { describeTraffic, figure } from "./support/suite";
import { at } from "./support/world";

// The commands, beside a real proxy: what they say of it is true when its traffic shows it.

const faults = [
  { type: "httpAbort", host: "ct-webapp", httpStatus: 503, sourceLabels: { app: "ps" } },
  { type: "externalHost", service: "mysql", everyone: true },
];
interface FaultsJson {
  readonly active: readonly { readonly name: string }[];
  readonly reapers: readonly { readonly end: string; readonly trouble?: string }[];
  readonly proxies: { readonly holding: number; readonly asked: number; readonly silent: number };
  readonly hits: Readonly<Record<string, number>>;
}
interface DrillJson {
  readonly why: string;
  readonly hits: Readonly<Record<string, number>>;
  readonly proxies: { readonly dropped: number; readonly holding: number };
}

describeTraffic("mesh faults and mesh drill", (world) => {
  let ps: Sidecar;
  let project: Project;
  let ip = "";
  const status = async () => {
    const [seen] = await ps.measure({ kind: "http", address: ip, port: 80, host: "ct-webapp" });
    return seen?.result;
  };
  const answers = (text: string) => until(text, async () => (await status()) === text);
  const active = () => world().plane.kubectl("get", "vs,svc", "-n", "dev701", "-l", "jam-istio/fault", "-o", "name");

  /** What comes with a drill and acts on nothing. */
  const rest = () =>
    world().plane.kubectl(
      ...["get", "jobs,roles,rolebindings,serviceaccounts", "-n", "dev701", "-l", "jam-istio/fault", "-o", "name"],
    );

  before(async () => {
    ps = await world().sidecar({ app: "ps" });
    ip = await world().clusterIP("ct-webapp");
    project = new Project({
      kubernetes: { kubeconfig: world().plane.kubeconfig },
      istio: { version: "1.28.9", controlPlane: "shared" },
      mysql: { external: true, externalHostName: "db.example.com" },
      faultInjection: { faults },
    });
    await answers("200");
  });
  after(() => {
    project.remove();
  });

  it("faults: what is in, in how many proxies, how often it was felt; off: out of each proxy", async () => {
    const none = await project.run("mesh", "faults", "dev701");
    assert.deepEqual([none.code, none.stdout], [0, "stack dev701: no fault is active\n"]);
    await world().putIn({ type: "httpAbort", host: "ct-webapp", httpStatus: 503, percentage: 100, everyone: true });
    await answers("503");
    await ps.measure({ kind: "http", address: ip, port: 80, host: "ct-webapp", count: 25 });
    const shown = await project.run("mesh", "faults", "dev701", "--json");
    const found = JSON.parse(shown.stdout) as FaultsJson;
    assert.equal(shown.code, 3);
    assert.deepEqual(
      found.active.map(({ name }) => name),
      ["fault-service-ct-webapp-0000abcd"],
    );
    assert.deepEqual([found.proxies.holding, found.proxies.asked, found.proxies.silent], [1, 1, 0]);
    assert.ok((found.hits["aborted"] ?? 0) >= 26, shown.stdout);
    const text = await project.run("mesh", "faults", "dev701");
    assert.match(text.stdout, /ct-webapp answers 503 for every pod; since 20.* until it is removed/);
    assert.match(text.stdout, /1 of 1 asked proxies have them/);
    const start = Date.now();
    const end = await project.run("mesh", "faults", "dev701", "--off");
    figure(`mesh faults --off took ${((Date.now() - start) / 1000).toFixed(1)} s`);
    assert.equal(end.code, 0, end.stderr);
    assert.match(end.stdout, /1 hosts are without their faults again\n1 of 1 asked proxies are without it/);
    assert.deepEqual([await status(), await active()], ["200", ""]);
  });

  it("off with istiod down says that the proxies keep it", async () => {
    await world().putIn({ type: "httpAbort", host: "ct-webapp", httpStatus: 503, percentage: 100, everyone: true });
    await answers("503");
    world().istiod.kill();
    await world().plane.kubectl("scale", "deploy/istiod", "-n", "istio-system", "--replicas", "0");
    await world().plane.kubectl("wait", "--for=delete", "pod", "-l", "app=istiod", "-n", "istio-system");
    const end = await project.run("mesh", "faults", "dev701", "--off");
    assert.equal(end.code, 3);
    assert.match(end.stdout, /0 of 1 asked proxies are without it/);
    assert.match(end.stdout, /istiod is down: proxies that have a fault keep it until istiod is back/);
    assert.equal(await status(), "503");
    const after = await project.run("mesh", "faults", "dev701");
    assert.equal(after.code, 3);
    assert.match(after.stdout, /their objects are gone, but 1 of 1 asked proxies have them: is istiod down\?/);
    await world().istiod.start();
    await world().plane.kubectl("scale", "deploy/istiod", "-n", "istio-system", "--replicas", "1");
    await answers("200");
  });

  it("a drill runs its time, counts, and leaves nothing", async () => {
    const drill = project.start("mesh", "drill", "dev701", "httpAbort/ct-webapp", "--for", "8s", "--json");
    await answers("503");
    await ps.measure({ kind: "http", address: ip, port: 80, host: "ct-webapp", count: 10 });
    const end = await drill.end;
    assert.equal(end.code, 0, end.stderr);
    const report = JSON.parse(end.stdout) as DrillJson;
    assert.equal(report.why, "time");
    assert.ok((report.hits["aborted"] ?? 0) >= 11, end.stdout);
    assert.deepEqual([report.proxies.dropped, report.proxies.holding], [1, 0]);
    assert.deepEqual([await status(), await active(), await rest()], ["200", "", ""]);
  });

  it("a drill stops when its probe fails, and is not begun where it fails before", async () => {
    const failing = await project.run("mesh", "drill", "dev701", "2", "--for", "5m", "--stop-if", "exit 7");
    assert.equal(failing.code, 1);
    assert.match(
      failing.stderr,
      /no fault was injected: the steady state is not there before the drill: "exit 7" ended with 7/,
    );
    // The steady state: no fault. It is gone as soon as the drill is in.
    const kubectl = `kubectl --kubeconfig ${world().plane.kubeconfig} get vs -n dev701 -o name`;
    const probe = `test -z "$(${kubectl})"`;
    const end = await project.run("mesh", "drill", "dev701", "2", "--for", "5m", "--stop-if", probe);
    assert.equal(end.code, 3, end.stderr);
    assert.match(end.stdout, /the probe failed/);
    const [seen] = await ps.measure({ kind: "read", address: at.db, port: 3306 });
    assert.deepEqual([seen?.result, await active()], ["hello", ""]);
  });

  for (const signal of ["SIGINT", "SIGHUP"] as const)
    it(`a drill that gets ${signal} removes the fault and reports`, async () => {
      const drill = project.start("mesh", "drill", "dev701", "1", "--for", "5m");
      await answers("503");
      drill.child.kill(signal);
      const end = await drill.end;
      assert.equal(end.code, 4, end.stderr);
      assert.match(end.stdout, /it was stopped by hand after \d+ s/);
      assert.deepEqual([await status(), await active()], ["200", ""]);
    });

  it("a drill whose terminal is gone removes the fault all the same", async () => {
    const drill = project.start("mesh", "drill", "dev701", "1", "--for", "5m");
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
    const end = await project.run("mesh", "drill", "dev701", "1", "--for", "5m", "--stop-if", probe);
    assert.equal(end.code, 3, end.stderr);
    assert.match(end.stdout, /the probe failed: .*no answer within 10 s/);
    await assert.rejects(mustRun("pgrep", ["-f", marker], { seconds: 10 }));
    assert.deepEqual([await status(), await active()], ["200", ""]);
  });

  it("off works where the stack file is wrong elsewhere, and says what is wrong", async () => {
    await world().putIn({ type: "httpAbort", host: "ct-webapp", httpStatus: 503, percentage: 100, everyone: true });
    await answers("503");
    const broken = new Project({
      kubernetes: { kubeconfig: world().plane.kubeconfig },
      istio: { version: 1.4 },
      production: true,
      faultInjection: { enabled: true, faults },
    });
    const end = await broken.run("mesh", "faults", "dev701", "--off");
    broken.remove();
    assert.equal(end.code, 0, end.stderr);
    assert.match(end.stderr, /istio\.version: 1\.4 is not allowed[\s\S]*Its faults are ended nevertheless/);
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
    const drill = project.start("mesh", "drill", "dev701", "1", "--for", "5m");
    await answers("503");
    const begun = Date.now();
    drill.child.kill("SIGKILL");
    await drill.end;
    assert.equal(await status(), "503");
    const second = await project.run("mesh", "drill", "dev701", "1", "--for", "5m");
    assert.equal(second.code, 1);
    assert.match(
      second.stderr,
      /VirtualService dev701\/fault-service-ct-webapp-[0-9a-f]{8} already routes host ct-webapp/,
    );
    const shown = await project.run("mesh", "faults", "dev701", "--json");
    const [reaper] = (JSON.parse(shown.stdout) as FaultsJson).reapers;
    assert.equal(reaper?.trouble, undefined, shown.stdout);
    const late = Date.parse(reaper?.end ?? "") - begun;
    assert.ok(late > 300_000 - 10_000 && late <= 360_000, String(late));
    // What its container does, earlier.
    const end = await runReaper(world().plane, "dev701", { END: "0" });
    assert.equal(end.code, 0, end.stderr);
    await answers("200");
    assert.equal(await active(), "");
    assert.equal((await project.run("mesh", "faults", "dev701", "--off")).code, 0);
    assert.equal(await rest(), "");
  });

  it("a drill whose Job does not run is refused; with --no-reaper it is not, and killed it stays until off", async () => {
    const metadata = { name: behaviourConfigMap, namespace: "kube-system" };
    const data = { "dev701.fault-reaper-": "hang" };
    await world().apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data });
    const refused = await project.run("mesh", "drill", "dev701", "1", "--for", "5m");
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /no fault was injected: Job fault-reaper-\w{8} does not run: Pod .*\. With --no-reaper the drill runs without it/,
    );
    assert.deepEqual([await active(), await rest()], ["", ""]);
    const drill = project.start("mesh", "drill", "dev701", "1", "--for", "5m", "--no-reaper");
    await answers("503");
    await world().plane.kubectl("delete", "configmap", metadata.name, "-n", metadata.namespace);
    assert.equal(await rest(), "");
    drill.child.kill("SIGKILL");
    await drill.end;
    assert.equal((await project.run("mesh", "faults", "dev701", "--off")).code, 0);
    assert.deepEqual([await status(), await active()], ["200", ""]);
  });

  it("off of every namespace ends what other instances have, too, and names each", async () => {
    await world().putIn({ type: "httpAbort", host: "ct-webapp", httpStatus: 503, percentage: 100, everyone: true });
    await world().apply({
      apiVersion: "networking.istio.io/v1alpha3",
      kind: "VirtualService",
      metadata: {
        name: "fault-service-ct-webapp-0000abcd",
        namespace: "integration702",
        labels: { "jam-istio/fault": "active" },
        annotations: { "jam-istio/drill": "integration702-0000abcd" },
      },
      spec: { hosts: ["ct-webapp"], http: [{ route: [{ destination: { host: "ct-webapp" } }] }] },
    });
    await answers("503");
    const alone = await project.run("mesh", "faults", "dev701", "--all");
    assert.deepEqual(
      [alone.code, alone.stderr],
      [1, "error: --all goes with --off: it ends the faults of every namespace\n"],
    );
    const end = await project.run("mesh", "faults", "dev701", "--off", "--all");
    assert.equal(end.code, 0, end.stdout + end.stderr);
    assert.match(
      end.stdout,
      /^namespace dev701: 1 hosts are without their faults again\n1 of 1 asked proxies are without it\n/,
    );
    assert.match(end.stdout, /\nnamespace integration702: 1 hosts are without their faults again\n/);
    const left = ["get", "vs", "--all-namespaces", "-l", "jam-istio/fault", "-o", "name"];
    assert.deepEqual([await status(), await world().plane.kubectl(...left)], ["200", ""]);
    const note = await world().plane.kubectl(
      ...["get", "configmap", "jam-istio-faults-off", "-n", "integration702", "-o", "jsonpath={.data.drills}"],
    );
    assert.equal(note, "integration702-0000abcd");
  });

  it("a drill that somebody else ends says so", async () => {
    const drill = project.start("mesh", "drill", "dev701", "1", "--for", "5m");
    await answers("503");
    await world().takeOut();
    const end = await drill.end;
    assert.equal(end.code, 4);
    assert.match(end.stdout, /somebody else removed the fault/);
  });
});
