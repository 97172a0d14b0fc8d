import assert from "node:assert/strict";
import type { Drift } from "../../delivery/drift/drift";
import type { StackDiff } from "../../delivery/stackDiff";
import { run } from "../../tools/run";
import { chartRoot, describeOn, repository } from "./support/engine";
import { Instance } from "./support/instance";
import { kill } from "./support/kill";
import { apply, ask, modernConfig, useLab } from "./support/lab";
import { until } from "./support/until";
import { Followed } from "./support/workloads";

describeOn("1.34", "canary upgrade by revision", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  let followed: Followed;
  const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
  const planes = async () =>
    (await kubectl("get", "deployments", "-n", "istio-system", "-l", "app=istiod", "-o", "name"))
      .trim()
      .split("\n")
      .sort();
  const dataPlane = async () =>
    (await instance.outputs())["dataPlane"]?.value as { controlPlane: string; text: string };
  const validator = () =>
    kubectl(
      "get",
      "validatingwebhookconfiguration",
      "istiod-default-validator",
      "-o",
      "jsonpath={.webhooks[0].clientConfig.service.name}",
    );
  const restarted = () => followed.report().reduce((sum, one) => sum + one.restarted, 0);
  const gateway = { enabled: true };
  const configure = (version: string, injection: string, istio = {}) => {
    instance.configure(modernConfig(lab(), { injection }, { version, gateway, ...istio }));
  };
  const gatewayPods = () =>
    kubectl(
      ...["get", "pods", "-n", "istio-system", "-l", "app=istio-ingressgateway", "-o"],
      "jsonpath={range .items[*]}{.metadata.uid} {.spec.containers[0].image}{end}",
    );
  const canary = { revision: "1-30-3" };

  before(async () => {
    instance = await Instance.create("local700", modernConfig(lab(), {}, { version: "1.28.10", gateway }));
    await instance.up();
    followed = await Followed.create(lab(), "local700");
  });
  after(() => {
    (followed as Followed | undefined)?.end();
    (instance as Instance | undefined)?.remove();
  });

  it("a canary that an interrupted run left half-made is finished by the next up", async () => {
    await ask(lab(), { "istio-system.istiod-1-30-3": "never-ready" });
    configure("1.30.3", "enabled", { timeoutSeconds: 30, ...canary });
    const child = instance.start("up");
    await until("half-made", async () => (await planes()).length === 2);
    await kill(child, "tree");
    configure("1.30.3", "enabled", canary);
    instance.later(180);
    await ask(lab(), {});
    await kubectl("delete", "pod", "-n", "istio-system", "-l", `istio.io/rev=${canary.revision}`);
    await instance.pulumi("cancel", "--yes");
    await instance.pulumi("refresh", "--yes", "--skip-preview", "--clear-pending-creates");
    await instance.up();
    instance.later(0);
    assert.deepEqual(await planes(), ["deployment.apps/istiod", "deployment.apps/istiod-1-30-3"]);
    configure("1.28.10", "enabled");
    await instance.up();
    assert.deepEqual(await planes(), ["deployment.apps/istiod"]);
  });

  it("a revision two minors ahead is installed beside the old one; no sidecar moves", async () => {
    configure("1.30.3", "enabled", canary);
    const gateways = await gatewayPods();
    assert.match(gateways, /proxyv2:1\.28\.10$/);
    followed.begin();
    const from = instance.log.length;
    await instance.up();
    assert.equal(await gatewayPods(), gateways);
    const said = instance.log.slice(from);
    assert.match(
      said,
      /Revisions share the rest of the mesh, which moves to 1\.30\.3 now: CRDs \(release istio-base\)/,
    );
    assert.match(said, /gateway \(release istio-ingressgateway\) stays as it is/);
    assert.match(
      said,
      /control plane istiod stays: needed by .*namespace local700 \(this stack's settings, 10 proxies\)/,
    );
    assert.deepEqual(await planes(), ["deployment.apps/istiod", "deployment.apps/istiod-1-30-3"]);
    assert.equal(restarted(), 0);
    assert.equal((await dataPlane()).text, "data plane version: 1.28.10 (10 proxies)");
    assert.equal(await validator(), "istiod");
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
  });

  it("what stays as it is between its two updates is no drift", async () => {
    const command = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await run(
        process.execPath,
        [`${repository}/bin/jam-istio.js`, ...args, "--json", "--charts", chartRoot() ?? ""],
        { seconds: 300, cwd: instance.folder },
      );
      assert.equal(code, 0, stdout + stderr);
      return JSON.parse(stdout) as unknown;
    };
    const { drifted, unknown } = (await command("drift", instance.name)) as Drift;
    assert.deepEqual([drifted, unknown], [[], []]);
    assert.deepEqual(((await command("diff", instance.name, "--live")) as StackDiff).objects, []);
  });

  it("taken back before anything moved: the canary goes, the old one was never touched", async () => {
    configure("1.28.10", "enabled");
    followed.begin();
    await instance.up();
    assert.deepEqual(await planes(), ["deployment.apps/istiod"]);
    assert.equal(restarted(), 0);
    configure("1.30.3", "enabled", canary);
    await instance.up();
  });

  it("the namespace moves by config, with a ready pod of each workload at every moment; the old one stays until then", async () => {
    // Somebody else wrote the same label: without the program's it would stay.
    await kubectl(
      "label",
      "namespace",
      "local700",
      "istio-injection=enabled",
      "--overwrite",
      "--field-manager=somebody",
    );
    configure("1.30.3", "revision", canary);
    followed.begin();
    await instance.up();
    assert.equal((await dataPlane()).text, "data plane version: 1.30.3 (10 proxies)");
    assert.match(await gatewayPods(), /proxyv2:1\.30\.3$/);
    for (const { name, replicas, restarted: count, leastReady } of followed.report()) {
      assert.equal(count, replicas, name);
      if (replicas > 1) assert.ok(leastReady > 0, name);
    }
    assert.deepEqual(await planes(), ["deployment.apps/istiod", "deployment.apps/istiod-1-30-3"]);
  });

  it("a namespace that asks for the old one holds it, though it has no pod", async () => {
    const labels = { "istio-injection": "enabled" };
    await apply(lab(), { apiVersion: "v1", kind: "Namespace", metadata: { name: "jobs", labels } });
    const from = instance.log.length;
    await instance.up();
    assert.deepEqual(await planes(), ["deployment.apps/istiod", "deployment.apps/istiod-1-30-3"]);
    const said = /control plane istiod stays: needed by namespace jobs \(label istio-injection=enabled\)/;
    assert.match(instance.log.slice(from), said);
    await kubectl("label", "namespace", "jobs", "istio-injection-");
  });

  it("the old one goes when nobody needs it, after the new one validates; then nothing changes any more", async () => {
    await instance.up();
    assert.deepEqual(await planes(), ["deployment.apps/istiod-1-30-3"]);
    assert.equal(await validator(), "istiod-1-30-3");
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
  });

  it("a label by hand that would take the namespace back is removed, and said", async () => {
    await kubectl("label", "namespace", "local700", "istio-injection=enabled");
    const from = instance.log.length;
    await instance.preview();
    assert.match(
      instance.log.slice(from),
      /namespace local700 has the label istio-injection=enabled, .*; up removes it/,
    );
    followed.begin();
    await instance.up();
    const labels = ["get", "namespace", "local700", "-o", "jsonpath={.metadata.labels}"];
    assert.doesNotMatch(await kubectl(...labels), /istio-injection/);
    assert.equal(restarted(), 0);
  });
});
