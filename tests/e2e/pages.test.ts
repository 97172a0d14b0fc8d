import assert from "node:assert/strict";
import { createServer, get, type Server } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Kubelet } from "../dataplane/support/kubelet/server";
import { Project, type Running } from "../dataplane/support/project";
import { ApiRelay } from "./support/apiRelay";
import { describeOnLab } from "./support/engine";
import { apply, useLab } from "./support/lab";
import { until } from "./support/until";

// `kiali` and `dashboard` through a real API server. Neither Kiali nor Envoy runs: a server that says which path it was asked for stands
// for both, and the node's kubelet is a stand-in, too (dataplane/support/kubelet). No browser is opened: nobody sits at a terminal.

const passphrase = "correct-horse-battery";

const pod = (namespace: string, name: string, labels: object, container: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, labels },
  spec: { containers: [{ name: container, image: "example.com/sample:1" }] },
});
const kialiPod = pod("istio-system", "kiali-1", { app: "kiali" }, "kiali");
const proxyPod = pod("dev701", "ps-1", { app: "ps" }, "istio-proxy");

describeOnLab("1.34", "kiali and dashboard", () => {
  const lab = useLab("1.34");
  let page: Server;
  let kubelet: Kubelet;
  let relay: ApiRelay;
  let project: Project;
  const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
  const ready = (namespace: string, name: string) =>
    kubectl("wait", "--for=condition=Ready", "--timeout=55s", `pod/${name}`, "-n", namespace);
  const secret = (data: object) =>
    apply(lab(), {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "kiali", namespace: "istio-system" },
      stringData: data,
    });
  /** What is printed below the URL's line, once it is there. */
  async function opened(running: Running) {
    await until("it is reachable", () => Promise.resolve(running.printed().includes("Ctrl-C ends it")));
    const [url = "", ...lines] = running.printed().trim().split("\n");
    return { url, lines };
  }
  /** Each call has a connection of its own: on one that is open already nobody would be refused. */
  const body = (url: string) =>
    new Promise<string>((resolve, reject) => {
      get(url, { agent: false }, (response) => {
        text(response).then(resolve, reject);
      }).on("error", reject);
    });
  const isClosed = (url: string) =>
    body(url).then(
      () => false,
      () => true,
    );

  before(async () => {
    const { folder, kubeconfig } = lab().plane.plane;
    page = createServer(({ url = "" }, response) => response.end(`page ${url}`));
    const adminSocket = join(folder, "page.sock");
    await new Promise<void>((resolve) => page.listen(adminSocket, resolve));
    kubelet = await Kubelet.start({
      ...{ socket: join(folder, "kubelet.sock"), kubeconfig, folder },
      placeOf: ({ metadata }) => (/^(kiali|ps)-/.test(metadata?.name ?? "") ? { adminSocket } : undefined),
    });
    relay = await ApiRelay.start(lab().kubeconfig, folder);
    project = new Project({
      kubernetes: { kubeconfig: relay.kubeconfig },
      istio: { version: "1.30.3", controlPlane: "shared" },
    });
    for (const name of ["istio-system", "dev701"]) await kubectl("create", "namespace", name);
  });
  after(() => {
    project.remove();
    relay.stop();
    kubelet.stop();
    page.close();
  });

  it("no Kiali, and none that is ready: what to do is said", async () => {
    const none = await project.run("kiali", "--stack", "dev701");
    assert.deepEqual(
      [none.code, none.stdout, none.stderr],
      [
        1,
        "",
        "error: there is no Kiali in istio-system: set kiali.enabled in the settings of the stack that owns it\n",
      ],
    );
    await apply(lab(), { ...kialiPod, spec: { ...kialiPod.spec, nodeName: "no-such-node" } });
    const unready = await project.run("kiali", "--stack", "dev701");
    assert.equal(unready.code, 1);
    assert.match(
      unready.stderr,
      /^error: no pod of Kiali is ready: kubectl describe pods -n istio-system -l app=kiali\n$/,
    );
    await kubectl("delete", "pod", "kiali-1", "-n", "istio-system", "--grace-period=0", "--force");
    await apply(lab(), kialiPod, proxyPod);
    await Promise.all([ready("istio-system", "kiali-1"), ready("dev701", "ps-1")]);
  });

  it("kiali: the page, the user, and the passphrase when it is asked for alone", async () => {
    await secret({ username: "admin", passphrase });
    for (const shown of [false, true]) {
      const running = project.start("kiali", "--stack", "dev701", ...(shown ? ["--show-passphrase"] : []));
      const { url, lines } = await opened(running);
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/kiali\/$/);
      assert.equal(await body(url), "page /kiali/");
      running.child.kill("SIGINT");
      const { code, stdout, stderr } = await running.end;
      const second = shown ? `passphrase: ${passphrase}` : "passphrase: not shown (--show-passphrase shows it)";
      assert.deepEqual([code, stderr, lines], [0, "", ["user: admin", second, "Ctrl-C ends it"]]);
      assert.equal((stdout + stderr).includes(passphrase), shown);
      assert.ok(await isClosed(url));
    }
  });

  it("kiali of the modern layout: by a token, whose command is said; nothing of the Secret is", async () => {
    await kubectl("delete", "secret", "kiali", "-n", "istio-system");
    await secret({ "value.txt": passphrase });
    const running = project.start("kiali", "--kubeconfig", relay.kubeconfig, "--show-passphrase");
    const { lines } = await opened(running);
    running.child.kill("SIGINT");
    const { stdout, stderr } = await running.end;
    assert.deepEqual(lines.slice(0, 2), [
      "log in with a token: kubectl create token kiali -n istio-system",
      "there is no passphrase in the modern layout",
    ]);
    assert.ok(!(stdout + stderr).includes(passphrase));
  });

  it("dashboard: the proxy's page, and what it can do; no pod, or one without a proxy, is refused", async () => {
    const running = project.start("dashboard", "ps-1", "--stack", "dev701");
    const { url, lines } = await opened(running);
    assert.equal(await body(`${url}config_dump`), "page /config_dump");
    assert.match(lines[0] ?? "", /can change the proxy/);
    running.child.kill("SIGINT");
    assert.equal((await running.end).code, 0);
    const missing = await project.run("dashboard", "ps-2", "--stack", "dev701");
    assert.match(missing.stderr, /^error: there is no pod ps-2 in namespace dev701, .* Pods that have one: ps-1\n$/);
    const kiali = await project.run(
      "dashboard",
      "kiali-1",
      "--namespace",
      "istio-system",
      "--kubeconfig",
      relay.kubeconfig,
    );
    assert.equal(kiali.code, 1);
    assert.match(kiali.stderr, /^error: pod istio-system\/kiali-1 has no proxy \(container istio-proxy\)/);
  });

  for (const [name, args] of [
    ["kiali", ["kiali"]],
    ["dashboard", ["dashboard", "ps-1"]],
  ] as const) {
    const open = async () => {
      const running = project.start(...args, "--stack", "dev701");
      const { url } = await opened(running);
      assert.match(await body(url), /^page \//);
      return { ...running, url };
    };

    for (const signal of ["SIGTERM", "SIGHUP", "SIGKILL"] as const)
      it(`${name}, ${signal}: its port is closed, the pod is as it was`, async () => {
        const { child, end, url } = await open();
        child.kill(signal);
        const { code, stderr } = await end;
        assert.deepEqual([code, stderr], [signal === "SIGKILL" ? null : 0, ""]);
        assert.ok(await isClosed(url));
      });

    it(`${name}, its connection cut: the next call ends it, and it says why`, async () => {
      const { end, url } = await open();
      relay.cut();
      assert.ok(await isClosed(url));
      const { code, stderr } = await end;
      relay.mend();
      assert.equal(code, 1);
      assert.match(stderr, /^error: \S+:\d+ is no longer reached: /);
      assert.doesNotMatch(stderr, /\n.*\n/);
    });

    it(`${name}, its pod deleted: the next call ends it, and it says why`, async () => {
      const { end, url } = await open();
      const [namespace, pod] = name === "kiali" ? ["istio-system", "kiali-1"] : ["dev701", "ps-1"];
      await kubectl("delete", "pod", pod, "-n", namespace);
      // What is open ends with the pod; what is opened anew is refused.
      await until("it is closed", () => isClosed(url));
      const { code, stderr } = await end;
      assert.deepEqual(
        [code, stderr],
        [
          1,
          `error: ${namespace}/${pod}:${name === "kiali" ? "20001" : "15000"} is no longer reached: pod ${namespace}/${pod} is gone\n`,
        ],
      );
      await apply(lab(), name === "kiali" ? kialiPod : proxyPod);
      await ready(namespace, pod);
    });
  }
});
