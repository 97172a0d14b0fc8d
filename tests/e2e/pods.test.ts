import type { V1Pod } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { findHelm } from "../../tools/helm";
import { mustRun } from "../../tools/run";
import { chartRoot, describeOnLab } from "./support/engine";
import { apply, useLab } from "./support/lab";
import { until } from "./support/until";

// How the lab's simulated pods behave. It proves nothing of Istio's own programs: none runs.

const meshes = [
  {
    minor: "1.34",
    charts: ["istio-release/charts/base-1.30.3.tgz", "istio-release/charts/istiod-1.30.3.tgz"],
    flags: [],
    proxy: { list: "initContainers", image: "proxyv2:1.30.3" },
  },
  {
    minor: "1.34",
    charts: ["istio-release/charts/base-1.24.6.tgz", "istio-release/charts/istiod-1.24.6.tgz"],
    flags: [],
    proxy: { list: "containers", image: "proxyv2:1.24.6" },
  },
  {
    minor: "1.21",
    charts: ["istio-init", "istio"].map((chart) => `istio-release/releases/1.4.6/charts/${chart}-1.4.6.tgz`),
    flags: ["--set", "gateways.enabled=false"],
    proxy: { list: "containers", image: "proxyv2:1.4.6" },
  },
] as const;

for (const { minor, charts, flags, proxy } of meshes) {
  describeOnLab(minor, `injection, ${proxy.image}`, () => {
    const lab = useLab(minor);
    const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
    const pods = async () =>
      (JSON.parse(await kubectl("get", "pods", "-n", "app", "-o", "json")) as { items: V1Pod[] }).items;

    before(async () => {
      const helm = await findHelm(() => undefined);
      await kubectl("create", "namespace", "istio-system");
      for (const chart of charts) {
        const name = /([a-z-]+)-\d[^/]*$/.exec(chart)?.[1] ?? "";
        const args = [
          "install",
          name,
          `${chartRoot() ?? ""}/${chart}`,
          "-n",
          "istio-system",
          "--wait",
          "--wait-for-jobs",
        ];
        await mustRun(helm, [...args, ...flags, "--kubeconfig", lab().plane.kubeconfig], { seconds: 900 });
      }
      const metadata = { name: "app", labels: { "istio-injection": "enabled" } };
      await apply(lab(), { apiVersion: "v1", kind: "Namespace", metadata });
    });

    it("a pod gets the proxy of the version that runs, where that version puts it", async () => {
      // The webhook has its certificate, and the namespace its ServiceAccount, a moment after they are there.
      await until("a pod", () => kubectl("-n", "app", "run", "web", "--image", "nginx").then(() => true));
      await until("running", async () => (await pods())[0]?.status?.phase === "Running");
      const spec = (await pods())[0]?.spec;
      const found = (spec?.[proxy.list] ?? []).find(({ name }) => name === "istio-proxy");
      assert.match(found?.image ?? "", new RegExp(`/${proxy.image}$`));
      assert.equal(found?.restartPolicy, proxy.list === "initContainers" ? "Always" : undefined);
    });

    it("a pod that wants no proxy gets none", async () => {
      await kubectl("-n", "app", "run", "bare", "--image", "nginx", "--annotations", "sidecar.istio.io/inject=false");
      const bare = (await pods()).find(({ metadata }) => metadata?.name === "bare");
      assert.equal(bare?.spec?.containers.length, 1);
      assert.equal(bare.spec.initContainers, undefined);
    });

    it("no pod can be created while no control plane is ready to inject", async () => {
      await kubectl("-n", "istio-system", "scale", "deployment", "--all", "--replicas", "0");
      await until(
        "gone",
        async () =>
          (await kubectl(
            "-n",
            "istio-system",
            "get",
            "pods",
            "-o",
            "name",
            "--field-selector",
            "status.phase=Running",
          )) === "",
      );
      await assert.rejects(kubectl("-n", "app", "run", "late", "--image", "nginx"), /failed calling webhook/);
    });
  });
}

describeOnLab("1.34", "pods that are asked to misbehave", () => {
  const lab = useLab("1.34");
  const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
  const status = async (kind: string, name: string, path: string) =>
    kubectl("get", kind, name, "-o", `jsonpath={.status.${path}}`).catch(() => "");

  before(async () => {
    const asked = ["fail", "hang", "never-ready"].map(
      (behaviour) => `--from-literal=default.${behaviour}=${behaviour}`,
    );
    await kubectl("-n", "kube-system", "create", "configmap", "jam-istio-lab", ...asked);
    for (const name of ["fail", "hang", "never-ready", "fine"]) {
      await kubectl("create", "deployment", name, "--image", "nginx");
      await kubectl("create", "job", name, "--image", "nginx");
    }
    await until("fine", async () => (await status("deployment", "fine", "readyReplicas")) === "1");
    await until("done", async () => (await status("job", "fine", "succeeded")) === "1");
  });

  const podOf = async (name: string) => {
    const { items } = JSON.parse(await kubectl("get", "pods", "-l", `app=${name}`, "-o", "json")) as { items: V1Pod[] };
    return items[0]?.status;
  };

  it("fail: a Job's pod ends with an error, a Deployment's crashes again and again", async () => {
    await until("failed", async () => Number(await status("job", "fail", "failed")) > 0);
    const pod = await podOf("fail");
    assert.equal(pod?.containerStatuses?.[0]?.state?.waiting?.reason, "CrashLoopBackOff");
    assert.equal(await status("deployment", "fail", "readyReplicas"), "");
  });

  it("hang: the pod does not start", async () => {
    assert.equal((await podOf("hang"))?.phase, "Pending");
    assert.equal(await status("job", "hang", "succeeded"), "");
  });

  it("never-ready: it runs and is not ready; a Job of it does not end", async () => {
    const pod = await podOf("never-ready");
    assert.equal(pod?.phase, "Running");
    assert.equal(pod.conditions?.find(({ type }) => type === "Ready")?.status, "False");
    assert.equal(await status("job", "never-ready", "succeeded"), "");
  });
});
