import assert from "node:assert/strict";
import { caller, objectsOf, useCalled, virtualService } from "./support/callers";
import { describeOn } from "./support/engine";
import type { Config, Instance } from "./support/instance";
import { apply, modernConfig, useLab } from "./support/lab";
import { abort, inCluster, inSettings } from "./support/refusedFaults";
import { until } from "./support/until";

// Faults that are not safe to inject: each gets its message in the preview, and nothing is changed.

describeOn("1.34", "faults that are refused", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
  const configure = (faultInjection: Config, settings: Config = {}, istio: Config = {}) => {
    const more = { namespace: "dev701", kiali: { enabled: false }, ...settings, faultInjection };
    instance.configure(modernConfig(lab(), more, istio));
  };

  useCalled(
    lab,
    () => modernConfig(lab(), { namespace: "dev701", kiali: { enabled: false } }),
    (made) => (instance = made),
  );

  for (const { title, faults, more = {}, settings = {}, objects = [], message } of [...inSettings, ...inCluster])
    it(title, async () => {
      if (objects.length > 0) await apply(lab(), ...objects);
      const before = await objectsOf(lab());
      configure({ enabled: true, faults, ...more }, settings);
      const said = await instance.failure(() => instance.preview());
      assert.match(said, message);
      assert.doesNotMatch(said, /^\s+at .*:\d+:\d+\)?$/m, "a stack trace");
      assert.equal(await objectsOf(lab()), before);
      for (const object of objects) {
        const { kind, metadata } = object as { kind: string; metadata: { name: string; namespace: string } };
        await kubectl("delete", kind, metadata.name, "-n", metadata.namespace);
      }
    });

  it("a VirtualService for a gateway alone does not count", async () => {
    await apply(lab(), virtualService("edge", { hosts: ["ct-webapp"], gateways: ["ingress"] }));
    configure({ enabled: true, faults: [abort] });
    await instance.preview();
    await kubectl("delete", "virtualservice", "edge", "-n", "dev701");
  });

  it("callers without a sidecar", async () => {
    const bare = caller("bare");
    const annotations = { "sidecar.istio.io/inject": "false" };
    const template = { ...bare.spec.template, metadata: { labels: { app: "bare", ...annotations }, annotations } };
    await apply(lab(), { ...bare, spec: { ...bare.spec, template } });
    await until(
      "a pod",
      async () => (await kubectl("get", "pods", "-n", "dev701", "-l", "app=bare", "-o", "name")) !== "",
    );
    configure({ enabled: true, faults: [{ ...abort, sourceLabels: { app: "bare" } }] });
    assert.match(await instance.failure(() => instance.preview()), /none of the 1 calling workloads has a sidecar/);
    await kubectl("delete", "deployment", "bare", "-n", "dev701");
  });

  it("a namespace that is marked as production", async () => {
    await kubectl("label", "namespace", "dev701", "env=prd");
    configure({ enabled: true, faults: [abort] });
    assert.match(
      await instance.failure(() => instance.preview()),
      /namespace dev701 is marked as production \(label env: prd\): faults are not injected there\. If it is none, say so/,
    );
    await kubectl("label", "namespace", "dev701", "env-");
  });

  it("a version change in the same run, and a rollout that is unfinished", async () => {
    configure({ enabled: true, faults: [abort] }, {}, { version: "1.30.2" });
    const said = await instance.failure(() => instance.preview());
    assert.match(said, /no fault while something is unfinished: Istio 1\.30\.3 is to become 1\.30\.2/);
    configure({}, { rollout: { enabled: false } }, { version: "1.30.2" });
    await instance.up();
    configure({ enabled: true, faults: [abort] }, {}, { version: "1.30.2" });
    assert.match(
      await instance.failure(() => instance.preview()),
      /unfinished: sidecars are outdated: Deployment dev701\/ps, Deployment dev701\/web/,
    );
  });
});
