import assert from "node:assert/strict";
import { Project } from "../dataplane/support/project";
import { describeOnLab } from "./support/engine";
import { apply, useLab } from "./support/lab";
import { operatorKubeconfig } from "./support/rights";
import { until } from "./support/until";

// Who has the Roles of docs/troubleshooting.md and nothing else can use the commands; tests/dataplane/rights has those that ask a proxy.

const proxied = { containers: [{ name: "istio-proxy", image: "auto" }] };

describeOnLab("1.34", "the rights that are documented", () => {
  const lab = useLab("1.34");
  let project: Project;
  const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
  const run = (...args: readonly string[]) => project.run(...args, "--stack", "dev701");

  before(async () => {
    for (const name of ["dev701", "istio-system"]) await kubectl("create", "namespace", name);
    const labels = { app: "ps" };
    await apply(lab(), {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "ps", namespace: "dev701" },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: proxied } },
    });
    await until("it is ready", async () => (await kubectl("get", "pods", "-n", "dev701")).includes("1/1"));
    project = new Project({
      kubernetes: { kubeconfig: await operatorKubeconfig(lab().plane) },
      istio: { version: "1.30.3", controlPlane: "shared" },
    });
  });
  after(() => {
    project.remove();
  });

  it("are enough for restart", async () => {
    const { code, stdout, stderr } = await run("restart", "ps", "--yes");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /1 workloads restarted in \d+ s, all ready\n$/);
  });

  it("are enough for kiali and capture to look for what is there", async () => {
    const kiali = await run("kiali");
    assert.match(kiali.stderr, /^error: there is no Kiali in istio-system/);
    const clean = await run("capture", "--clean");
    assert.equal(clean.code, 0, clean.stderr);
    assert.match(clean.stderr, /not looked at, for lack of rights: namespaces other than these two\n$/);
  });

  it("are no others: what is refused is said", async () => {
    await kubectl("delete", "rolebinding", "jam-istio-operate", "-n", "dev701");
    const { code, stderr } = await run("restart", "ps", "--yes");
    assert.equal(code, 1);
    assert.match(stderr, /^error: .*not permitted \(HTTP 403\)\n$/);
  });
});
