/**
 * What lies between a person and a cluster: a proxy, a private authority, an API server below a path. What a suite proves holds
 * below a path as well; to see it: `JAM_ISTIO_TEST_API_PATH=/k8s/clusters/c-lab npm test -- e2e/install`.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, type Ended } from "../../tools/run";
import { serveCharts, type ChartServer } from "../support/chartServer";
import { startProxy, type ForwardProxy } from "../support/network/forwardProxy";
import { startReverseProxy, type ReverseProxy } from "../support/network/reverseProxy";
import { certificateFor } from "../support/network/tls";
import { chartRoot, describeOn, repository } from "./support/engine";
import { Instance } from "./support/instance";
import { modernConfig, settled, useLab } from "./support/lab";

const host = "charts.example";
const below = "/k8s/clusters/c-lab";

describeOn("1.34", "a company's network", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  let charts: ChartServer;
  let proxy: ForwardProxy;
  let rancher: ReverseProxy;
  const configure = (kubeconfig: string) => {
    const chartRepository = `https://${host}/istio-release/charts`;
    const more = { kubernetes: { kubeconfig }, kiali: { enabled: false } };
    instance.configure(modernConfig(lab(), more, { chartRepository }));
  };
  const command = (...args: readonly string[]): Promise<Ended> => {
    const env = { ...process.env, ...instance.env };
    const program = [join(repository, "bin", "jam-istio.js"), ...args];
    return run(process.execPath, program, { seconds: 900, cwd: instance.folder, env });
  };

  before(async () => {
    const made = await certificateFor(host);
    charts = await serveCharts(chartRoot() ?? "", made);
    proxy = await startProxy({ [host]: new URL(charts.url).port });
    const { plane } = lab();
    rancher = await startReverseProxy(plane.kubeconfig, below, plane.plane.folder);
    instance = await Instance.create("dev701", modernConfig(lab()));
    await instance.useOwnCache();
    const authorities = join(instance.folder, "company.pem");
    writeFileSync(authorities, made.cert);
    // In small letters: gRPC for Node.js, by which the program speaks with the engine, knows these alone.
    Object.assign(instance.env, {
      https_proxy: proxy.url,
      NO_PROXY: "",
      no_proxy: "",
      NODE_EXTRA_CA_CERTS: authorities,
    });
    configure(rancher.kubeconfigWith("proxied", below, { "proxy-url": proxy.url }));
  });
  after(async () => {
    (instance as Instance | undefined)?.remove();
    await (rancher as ReverseProxy | undefined)?.stop();
    await (proxy as ForwardProxy | undefined)?.stop();
    await (charts as ChartServer | undefined)?.stop();
  });

  it("without the authority the charts are refused, and nothing is made", async () => {
    const { NODE_EXTRA_CA_CERTS: authorities = "" } = instance.env;
    // A cluster that has just begun still writes roles of its own.
    const there = () => lab().plane.kubectl("get", "namespaces,crds,secrets,deployments", "-A", "-o", "name");
    const before = await there();
    instance.env["NODE_EXTRA_CA_CERTS"] = "";
    const { code, stdout, stderr } = await command("preview", "dev701");
    instance.env["NODE_EXTRA_CA_CERTS"] = authorities;
    assert.equal(code, 1);
    const words = new RegExp(`https://${host}/istio-release/charts cannot be reached: tls: .*unknown authority`);
    assert.match(stdout + stderr, words);
    assert.equal(await there(), before);
  });

  it("with it they come through the proxy, and a mesh is installed through it to an API server below a path", async () => {
    proxy.asked.length = 0;
    const { code, stdout, stderr } = await command("up", "dev701", "--yes");
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual([...new Set(proxy.asked)].sort(), [`CONNECT ${rancher.host}`, `CONNECT ${host}:443`].sort());
    for (const what of ["/version", "/apis/networking.istio.io/v1alpha3/namespaces/dev701/serviceentries"])
      assert.ok(
        rancher.asked.some((one) => one.includes(what)),
        what,
      );
    assert.match(await lab().plane.kubectl("get", "deploy", "istiod", "-n", "istio-system"), /istiod/);
    assert.match((await command("up", "dev701", "--yes")).stderr, /stack dev701 is up: \d+ unchanged\n$/);
  });

  it("the commands say what runs", async () => {
    rancher.asked.length = 0;
    const status = await command("mesh", "status", "dev701");
    assert.equal(status.code, 0, status.stdout + status.stderr);
    assert.match(status.stdout, /1\.30\.3/);
    const faults = await command("mesh", "faults", "dev701");
    assert.equal(faults.code, 0, faults.stdout + faults.stderr);
    assert.ok(rancher.asked.length > 5);
  });

  it("another path is no cluster: nothing is taken for not installed", async () => {
    const before = await settled(lab(), "dev701");
    configure(rancher.kubeconfigWith("wrong", "/k8s/clusters/c-none", { "proxy-url": proxy.url }));
    const words =
      /no Kubernetes API at https:\/\/127\.0\.0\.1:\d+\/k8s\/clusters\/c-none \(\/version answers HTTP 404\)/;
    for (const args of [["status"], ["faults"], ["faults", "--off"]]) {
      const [what = "", ...more] = args;
      const { code, stderr } = await command("mesh", what, "dev701", ...more);
      assert.equal(code, 1, args.join(" "));
      assert.match(stderr, words);
    }
    assert.equal(await settled(lab(), "dev701"), before);
  });
});
