import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { run } from "../../tools/run";
import { until } from "../e2e/support/until";
import { Project } from "./support/project";
import type { Sidecar } from "./support/sidecar";
import { describeTraffic } from "./support/suite";

// Packets of a pod's network, taken by a real tcpdump and read by one, through a real API server with its own Pod Security; the
// kubelet that runs ephemeral containers is a stand-in (support/kubelet).

describeTraffic(
  "capture",
  (world) => {
    let cluster: Cluster;
    let project: Project;
    let ps: Sidecar;
    let address: string;
    let files = 0;
    const newFile = () => join(world().folder, `capture-${String(files++)}.pcap`);
    const start = (pod: string, ...more: readonly string[]) =>
      project.start("capture", pod, "--stack", "dev701", ...more);
    const holders = async (pod = ps.pod) => {
      const { spec } = await cluster.core.readNamespacedPod({ namespace: "dev701", name: pod });
      return spec?.ephemeralContainers ?? [];
    };
    const running = async () => (await ps.processes()).some((line) => line.startsWith("tcpdump "));
    /** What a real reader makes of a file: it fails where a packet is not whole. */
    const read = (file: string) => run("tcpdump", ["-n", "-r", file], { seconds: 60 });
    const call = async () => {
      await ps.measure({ kind: "http", address, port: 80, host: "ct-webapp", count: 5 });
    };
    // The head of the file is there once tcpdump listens: on a busy machine that is later than its process.
    const listens = (file: string) =>
      until("it captures", () => Promise.resolve(existsSync(file) && statSync(file).size > 0));
    const begun = async (file: string, ...more: readonly string[]) => {
      const capture = start(ps.pod, "-i", "lo", "--filter", "port 8080", "-o", file, ...more);
      await listens(file);
      assert.ok(await running());
      await call();
      return capture;
    };
    const enforce = (level: string) =>
      world().plane.kubectl("label", "namespace", "dev701", `pod-security.kubernetes.io/enforce${level}`);

    before(async () => {
      address = await world().clusterIP("ct-webapp");
      ps = await world().sidecar({ app: "ps" });
      cluster = await connect({ kubeconfig: world().plane.kubeconfig });
      project = new Project({
        kubernetes: { kubeconfig: world().plane.kubeconfig },
        istio: { version: "1.28.9", controlPlane: "shared" },
      });
    });
    after(() => {
      project.remove();
    });

    it("writes the packets of its filter for its time, and leaves no process; its container stays and is said", async () => {
      const file = newFile();
      const { code, stderr } = await (await begun(file, "--for", "30s")).end;
      assert.equal(code, 0, stderr);
      assert.match(stderr, /the ephemeral container jam-capture stays in the pod/);
      assert.match(stderr, /[1-9]\d* packets in .*\.pcap\n/);
      const { stdout } = await read(file);
      assert.match(stdout, /10\.99\.1\.1\.8080: Flags \[S\]/);
      await until("no tcpdump is left", async () => !(await running()));
    });

    it("ends with Ctrl-C, in the cluster too, and uses one container again and again", async () => {
      for (const signal of ["SIGINT", "SIGHUP"] as const) {
        const file = newFile();
        const { child, end } = await begun(file);
        child.kill(signal);
        const { code, stderr } = await end;
        assert.equal(code, 0, stderr);
        assert.match(stderr, /packets in .*, stopped by hand\n/);
        assert.equal((await read(file)).code, 0);
        await until("no tcpdump is left", async () => !(await running()));
      }
      assert.deepEqual(
        (await holders()).map(({ name }) => name),
        ["jam-capture"],
      );
    });

    it("killed: what runs in the cluster ends by itself", async () => {
      const { child, end } = await begun(newFile(), "--for", "30s");
      child.kill("SIGKILL");
      await end;
      await until("no tcpdump is left", async () => !(await running()));
    });

    it("cut off: the file ends with a whole packet, and nothing is left in the cluster", async () => {
      const file = newFile();
      const { end } = await begun(file);
      world().kubelet.cut();
      const { code, stderr } = await end;
      assert.equal(code, 1, stderr);
      assert.match(stderr, /packets in .*; it broke off: the connection to the container ended/);
      assert.equal((await read(file)).code, 0);
      await until("no tcpdump is left", async () => !(await running()));
    });

    it("says in tcpdump's words what it does not take, and writes nothing then", async () => {
      const file = newFile();
      const wrong = await start(ps.pod, "--filter", "port port", "-o", file).end;
      assert.equal(wrong.code, 1);
      assert.match(wrong.stderr, /error: nothing was captured: .*syntax error/);
      const device = await start(ps.pod, "-i", "eth7", "-o", file).end;
      assert.match(device.stderr, /error: nothing was captured: eth7: .*No such device/);
      assert.equal((await run("test", ["-e", file], { seconds: 5 })).code, 1);
    });

    it("where Pod Security is baseline it asks for no right; where it is restricted it names the label", async () => {
      const [plain, other] = [await world().sidecar({ app: "plain" }), await world().sidecar({ app: "other" })];
      await enforce("=baseline");
      const file = newFile();
      const { child, end } = start(plain.pod, "-i", "lo", "-o", file);
      await listens(file);
      child.kill("SIGINT");
      const { code, stderr } = await end;
      assert.equal(code, 0, stderr);
      assert.equal((await read(file)).code, 0);
      const [holder] = await holders(plain.pod);
      assert.deepEqual([holder?.name, holder?.securityContext?.capabilities], ["jam-capture", undefined]);
      await world().plane.kubectl(
        ...["label", "namespace", "dev701", "--overwrite", "pod-security.kubernetes.io/enforce=restricted"],
      );
      const refused = await start(other.pod, "-o", newFile()).end;
      await enforce("-");
      assert.equal(refused.code, 1);
      assert.match(
        refused.stderr,
        /nothing was captured: the label pod-security\.kubernetes\.io\/enforce: restricted of the namespace forbids it/,
      );
      assert.match(refused.stderr, /kubectl label namespace dev701 --overwrite/);
      assert.deepEqual(await holders(other.pod), []);
    });

    it("an image that does not come is said", async () => {
      const { pod } = await world().sidecar({ app: "imageless" });
      const { code, stderr } = await start(pod, "--image", "no-such-image:1", "-o", newFile()).end;
      assert.equal(code, 1);
      assert.match(stderr, /its container does not start: ImagePullBackOff: not found\. Another image: --image/);
    });

    it("--clean lists what others left, removes it for --yes, and ends our containers", async () => {
      if ((await holders()).length === 0) await start(ps.pod, "--for", "1s", "-o", newFile()).end;
      await world().apply({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "ksniff-abc", namespace: "integration702", labels: { app: "ksniff" } },
        spec: { containers: [{ name: "ksniff", image: "ksniff:1" }] },
      });
      const listed = await project.run("capture", "--clean", "--stack", "dev701");
      assert.equal(listed.code, 3);
      assert.match(listed.stderr, /left: pod integration702\/ksniff-abc \(ksniff\); somebody may be using it: --yes/);
      const cleaned = await project.run("capture", "--clean", "--yes", "--stack", "dev701");
      assert.equal(cleaned.code, 0, cleaned.stderr);
      assert.match(cleaned.stderr, new RegExp(`removed: ephemeral container jam-capture in dev701/${ps.pod} `));
      await until("nothing is left", async () => {
        const again = await project.run("capture", "--clean", "--stack", "dev701");
        return again.code === 0 && again.stderr === "no capture left anything\n";
      });
    });
  },
  ["tcpdump", "pgrep"],
);
