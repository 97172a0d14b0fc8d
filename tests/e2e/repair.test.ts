import type { V1Pod } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { run } from "../../tools/run";
import { describeOn, repository } from "./support/engine";
import { Instance } from "./support/instance";
import { classicConfig, modernConfig, useLab } from "./support/lab";
import { until } from "./support/until";
import { Followed } from "./support/workloads";

// What a release's own refresh does not see is reported by `up --refresh`, and repaired.

for (const { minor, stack, config, deployment, definition } of [
  {
    minor: "1.21",
    stack: "dev701",
    config: classicConfig,
    deployment: "istio-pilot",
    definition: "gateways.networking.istio.io",
  },
  {
    minor: "1.34",
    stack: "local700",
    config: modernConfig,
    deployment: "istiod",
    definition: "gateways.networking.istio.io",
  },
] as const) {
  describeOn(minor, `repair of ${stack}`, () => {
    const lab = useLab(minor);
    let instance: Instance;
    let followed: Followed;
    const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
    const said = async (work: () => Promise<unknown>): Promise<string> => {
      const from = instance.log.length;
      await work();
      return instance.log.slice(from);
    };
    const status = () =>
      run(process.execPath, [`${repository}/bin/jam-istio.js`, "mesh", "status", stack], {
        seconds: 60,
        cwd: instance.folder,
      });
    const repaired = async () => {
      assert.deepEqual(Object.keys(await instance.up()), ["same"]);
    };

    before(async () => {
      instance = await Instance.create(stack, config(lab()));
      await instance.up();
      followed = await Followed.create(lab(), stack);
    });
    after(() => {
      (followed as Followed | undefined)?.end();
      (instance as Instance | undefined)?.remove();
    });

    it("a control plane's Deployment that was deleted", async () => {
      await kubectl("delete", "deployment", deployment, "-n", "istio-system");
      assert.match(await said(() => instance.refresh()), new RegExp(`Deployment ${deployment} is gone; up repairs it`));
      const text = await said(() => instance.upRefreshed());
      assert.match(text, new RegExp(`Deployment ${deployment} is gone`));
      assert.match(await kubectl("get", "deployment", deployment, "-n", "istio-system"), /1\/1/);
      await repaired();
    });

    it("a definition that was deleted", async () => {
      await kubectl("delete", "crd", definition);
      const text = await said(() => instance.upRefreshed());
      assert.match(text, new RegExp(`CustomResourceDefinition ${definition} is gone`));
      assert.match(await kubectl("get", "crd", definition), new RegExp(definition));
      await repaired();
    });

    it("a sidecar left behind: its workload restarts, and no other", async () => {
      const image = "docker.io/istio/proxyv2:1.2.3";
      const read = async () =>
        (JSON.parse(await kubectl("get", "pods", "-n", stack, "-l", "app=ps", "-o", "json")) as { items: V1Pod[] })
          .items;
      const [pod] = await read();
      const list = pod?.spec?.containers.some(({ name }) => name === "istio-proxy") ? "containers" : "initContainers";
      const at = pod?.spec?.[list]?.findIndex(({ name }) => name === "istio-proxy") ?? -1;
      const patch = [{ op: "replace", path: `/spec/${list}/${String(at)}/image`, value: image }];
      const name = pod?.metadata?.name ?? "";
      await kubectl("patch", "pod", name, "-n", stack, "--type", "json", "-p", JSON.stringify(patch));
      const before = await status();
      assert.equal(before.code, 3);
      assert.match(before.stdout, /! Deployment \S+\/ps: its sidecar is outdated, up restarts it/);
      const refreshed = await said(() => instance.refresh());
      assert.match(refreshed, new RegExp(`outdated sidecars: Deployment ${stack}/ps; up restarts them`));
      followed.begin();
      await instance.upRefreshed();
      await until("gone", async () => (await read()).every(({ metadata }) => metadata?.name !== name));
      const restarted = followed.report().filter((one) => one.restarted > 0);
      assert.deepEqual(
        restarted.map((one) => [one.name, one.leastReady > 0]),
        [["ps", true]],
      );
      const after = await status();
      assert.equal(after.code, 0, after.stdout);
      assert.match(after.stdout, /data plane version: \S+ \(10 proxies\)\nall is as the settings say/);
      await repaired();
    });

    it("a control plane that somebody moved by hand is put back", async () => {
      const container = "discovery=docker.io/istio/pilot:" + (minor === "1.21" ? "1.4.10" : "1.30.2");
      await kubectl("set", "image", `deployment/${deployment}`, container, "-n", "istio-system");
      await kubectl("rollout", "status", `deployment/${deployment}`, "-n", "istio-system");
      assert.match(await said(() => instance.up()), /was set by hand, the settings say/);
      const image = ["-o", "jsonpath={.spec.template.spec.containers[?(@.name=='discovery')].image}"];
      const now = await kubectl("get", "deployment", deployment, "-n", "istio-system", ...image);
      assert.match(now, minor === "1.21" ? /:1\.4\.6$/ : /:1\.30\.3$/);
      await repaired();
    });
  });
}
