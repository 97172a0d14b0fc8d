import assert from "node:assert/strict";
import { NotStarted } from "../../cluster/client/exec";
import { connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { readLevels } from "../../cluster/proxyLog/proxyLevels";
import { markKey, markOf } from "../../mesh/proxyLog/mark";
import { until } from "../e2e/support/until";
import { refusal } from "../support/apiServer";
import { Project, type Running } from "./support/project";
import type { Sidecar } from "./support/sidecar";
import { describeTraffic } from "./support/suite";

// Commands in containers, and the log of a real Envoy, through a real API server; its kubelet is a stand-in (support/kubelet), and so is
// pilot-agent.

describeTraffic("proxy-log", (world) => {
  let cluster: Cluster;
  let project: Project;
  let ps: Sidecar;
  let earlier: string;
  const exec = (container: string, ...command: readonly string[]) =>
    cluster.exec({ namespace: "dev701", pod: ps.pod, container, command, seconds: 20 });
  const podOf = (name: string) => cluster.core.readNamespacedPod({ namespace: "dev701", name });
  const levels = async () => JSON.stringify(await readLevels(cluster, await podOf(ps.pod)));
  const mark = async (pod = ps.pod) => markOf(await podOf(pod));
  const isRaised = async () => (await levels()).includes('"router":"debug"') && (await mark()) !== undefined;
  const start = (pod: string, ...more: readonly string[]) =>
    project.start("proxy-log", pod, "--stack", "dev701", ...more);
  const isAsBefore = async () => {
    assert.deepEqual([await levels(), await mark()], [earlier, undefined]);
  };
  /** Starts a long run, and waits until it has raised the levels. */
  const raised = async (): Promise<Running> => {
    const running = start(ps.pod, "--logger", "http,router");
    await until("the levels are raised", isRaised);
    return running;
  };

  before(async () => {
    ps = await world().sidecar({ app: "ps" });
    cluster = await connect({ kubeconfig: world().plane.kubeconfig });
    project = new Project({
      kubernetes: { kubeconfig: world().plane.kubeconfig },
      istio: { version: "1.28.9", controlPlane: "shared" },
    });
    earlier = await levels();
  });
  after(() => {
    project.remove();
  });

  it("a command says what it prints, apart, and how it ends", async () => {
    const end = { code: 7, stdout: "out\n", stderr: "err\n" };
    assert.deepEqual(await exec("app", "sh", "-c", "echo out; echo err >&2; exit 7"), end);
    assert.equal((await exec("app", "id", "-u")).stdout, "1000\n");
    assert.equal((await exec("istio-proxy", "id", "-u")).stdout, "1337\n");
  });

  it("a program that is not there, and a container that is not, are refused in words", async () => {
    const missing = await refusal(exec("app", "no-such-program"));
    assert.ok(missing instanceof NotStarted);
    assert.match(missing.message, /"no-such-program": executable file not found/);
    assert.match(String(await refusal(exec("other", "id"))), /HTTP 400: .*container other is not valid for pod/);
  });

  it("a command is over when its connection is cut", async () => {
    // A time that nobody else on this machine sleeps for: processes are looked for in all of it.
    const command = `sleep 30.${String(process.pid)}`;
    const asked = { namespace: "dev701", pod: ps.pod, container: "app", seconds: 300 };
    const running = refusal(cluster.exec({ ...asked, command: ["sh", "-c", `echo begun; ${command}`] }));
    await until("it runs", async () => (await exec("app", "pgrep", "-f", `^${command}`)).code === 0);
    world().kubelet.cut();
    assert.match(String(await running), /the connection to the container ended before the command did/);
  });

  it("shows what the loggers say, and ends with the levels of before, misc: error among them", async () => {
    assert.match(earlier, /"misc":"error","mongo":"warning"/);
    const ip = await world().clusterIP("ct-webapp");
    const running = start(ps.pod, "--logger", "http,router", "--for", "30s", "--grep", "cluster|debug");
    await until("the levels are raised", isRaised);
    await ps.measure({ kind: "http", address: ip, port: 80, host: "ct-webapp" });
    const { code, stdout, stderr } = await running.end;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\[debug\]\[router\]/);
    assert.doesNotMatch(stdout, /\[debug\]\[(pool|connection|upstream)\]/);
    assert.match(stderr, /: its time is over; its levels are as before\n/);
    await isAsBefore();
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`puts the levels back on ${signal}`, async () => {
      const { child, end } = await raised();
      child.kill(signal);
      const { code, stderr } = await end;
      assert.equal(code, 0, stderr);
      assert.match(stderr, /: stopped by hand; its levels are as before\n/);
      await isAsBefore();
    });
  }

  it("puts the levels back when the connection to the log is cut, and says so", async () => {
    const { end } = await raised();
    world().kubelet.cut();
    const { code, stderr } = await end;
    assert.equal(code, 1, stderr);
    assert.match(stderr, /: broke off: .+; its levels are as before\n/);
    await isAsBefore();
  });

  it("is refused while somebody else follows it, and for loggers that are not there", async () => {
    const { child, end } = await raised();
    const second = await start(ps.pod).end;
    assert.equal(second.code, 1);
    assert.match(second.stderr, /^error: no level was changed: somebody follows the log of app-\d+ until 20/);
    child.kill("SIGINT");
    await end;
    const unknown = await start(ps.pod, "--logger", "http,htp").end;
    assert.match(unknown.stderr, /no level was changed: the proxy has no logger htp\. It has: .*router/);
    await isAsBefore();
  });

  it("killed: --reset leaves it while it may be at work, and puts the levels back for its name", async () => {
    const { child, end } = await raised();
    child.kill("SIGKILL");
    await end;
    assert.equal(await isRaised(), true);
    const all = await project.run("proxy-log", "--reset", "--stack", "dev701");
    assert.equal(all.code, 3);
    assert.match(all.stderr, /somebody follows its log until 20/);
    const one = await project.run("proxy-log", ps.pod, "--reset", "--stack", "dev701");
    assert.deepEqual([one.code, one.stderr], [0, `${ps.pod}: its levels are as before\n`]);
    await isAsBefore();
  });

  it("killed, and its deadline over: --reset of the namespace and the next run put the levels back", async () => {
    for (const again of ["reset", "run"]) {
      const { child, end } = await raised();
      child.kill("SIGKILL");
      await end;
      const left = { ...(await mark()), until: "2026-01-01T00:00:00.000Z" };
      const text = `${markKey}=${JSON.stringify(left)}`;
      await world().plane.kubectl("annotate", "--overwrite", "pod", ps.pod, "-n", "dev701", text);
      const ended =
        again === "reset"
          ? await project.run("proxy-log", "--reset", "--stack", "dev701")
          : await start(ps.pod, "--for", "1s", "--level", "info").end;
      assert.equal(ended.code, 0, ended.stderr);
      if (again === "run") assert.match(ended.stderr, /an earlier run was killed; its levels are put back first/);
      await isAsBefore();
    }
  });

  it("a pod that is deleted takes its levels with it", async () => {
    const other = await world().sidecar({ app: "other" });
    const { end } = start(other.pod);
    await until("it is marked", async () => (await mark(other.pod)) !== undefined);
    await world().plane.kubectl("delete", "pod", other.pod, "-n", "dev701");
    const { code, stderr } = await end;
    assert.deepEqual([code, stderr], [0, `${other.pod}: the pod is gone, and its levels with it\n`]);
  });
});
