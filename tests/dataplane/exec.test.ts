import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { NotStarted } from "../../cluster/client/exec";
import { connect, type Cluster } from "../../cluster/client/kubernetesClient";
import { until } from "../e2e/support/until";
import { refusal } from "../support/apiServer";
import type { Sidecar } from "./support/sidecar";
import { describeTraffic } from "./support/suite";

// Commands in containers, through a real API server; its kubelet is a stand-in (support/kubelet).

describeTraffic("commands in a container", (world) => {
  let cluster: Cluster;
  let ps: Sidecar;
  const exec = (container: string, ...command: readonly string[]) =>
    cluster.exec({ namespace: "dev701", pod: ps.pod, container, command, seconds: 20 });

  before(async () => {
    ps = await world().sidecar({ app: "ps" });
    cluster = await connect({ kubeconfig: world().plane.kubeconfig });
  });

  it("say what they print, apart, and how they end", async () => {
    assert.deepEqual(await exec("app", "sh", "-c", "echo out; echo err >&2; exit 7"), {
      code: 7,
      stdout: "out\n",
      stderr: "err\n",
    });
    assert.equal((await exec("app", "id", "-u")).stdout, "1000\n");
    assert.equal((await exec("istio-proxy", "id", "-u")).stdout, "1337\n");
  });

  it("ask the proxy", async () => {
    const { stdout } = await exec("istio-proxy", "pilot-agent", "request", "POST", "logging");
    assert.match(stdout, /^ {2}misc: error\n {2}mongo: warning$/m);
    const port = await exec("app", "curl", "-s", "http://127.0.0.1:15000/ready");
    assert.equal(port.stdout, "LIVE\n");
  });

  it("that are not there, or not in such a pod, are refused in words", async () => {
    const missing = await refusal(exec("app", "no-such-program"));
    assert.ok(missing instanceof NotStarted);
    assert.match(missing.message, /"no-such-program": executable file not found/);
    const wrong = await refusal(exec("other", "id"));
    assert.match(String(wrong), /HTTP 400: .*container other is not valid for pod/);
  });

  it("are over when the connection is cut", async () => {
    const running = refusal(exec("app", "sleep", "30"));
    await sleep(500);
    world().kubelet.cut();
    assert.match(String(await running), /the connection to the container ended before the command did/);
  });

  it("run in ephemeral containers, which a pod gets", async () => {
    const path = `/api/v1/namespaces/dev701/pods/${ps.pod}/ephemeralcontainers`;
    const one = { name: "look", image: "docker.io/istio/proxyv2:1.28.10", command: ["sleep", "60"] };
    await cluster.send("PATCH", path, { body: { spec: { ephemeralContainers: [one] } } });
    await until("it runs", async () => {
      const pod = await cluster.core.readNamespacedPod({ namespace: "dev701", name: ps.pod });
      return pod.status?.ephemeralContainerStatuses?.[0]?.state?.running !== undefined;
    });
    assert.equal((await exec("look", "id", "-u")).stdout, "0\n");
  });
});
