import assert from "node:assert/strict";
import { describeOn } from "./support/engine";
import { Instance, type Config } from "./support/instance";
import { modernConfig, useLab } from "./support/lab";

describeOn("1.34", "the modern layout, whole", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
  const on = { enabled: true };
  const allow = ["untested-kubernetes", "end-of-life"];
  const configure = (version: string, istio: Config) => {
    const kiali = { enabled: false };
    instance.configure(modernConfig(lab(), { kiali }, { version, allow, ...istio }));
  };
  const images = async (kind: string) =>
    Object.fromEntries(
      (
        await kubectl(
          "get",
          kind,
          "-n",
          "istio-system",
          "-o",
          'jsonpath={range .items[*]}{.metadata.name} {.spec.template.spec.containers[0].image}{"\\n"}{end}',
        )
      )
        .trim()
        .split("\n")
        .map((line) => line.split(" ")),
    ) as Record<string, string>;
  const definitionVersions = async () => {
    const labels =
      "jsonpath={range .items[*]}{.metadata.name} {.metadata.annotations.meta\\.helm\\.sh/release-name}{'\\n'}{end}";
    const lines = (await kubectl("get", "crd", "-o", labels)).trim().split("\n");
    return lines.filter((line) => line.includes("istio.io"));
  };
  const order = (...names: readonly string[]) => {
    const places = names.map((name) => instance.log.lastIndexOf(`Release ${name} created`));
    assert.ok(
      places.every((place) => place >= 0),
      String(places),
    );
    assert.deepEqual(
      [...places].sort((a, b) => a - b),
      places,
    );
  };

  beforeEach(async () => {
    instance = await Instance.create("local700", modernConfig(lab()));
  });
  afterEach(async () => {
    await instance.destroy();
    instance.remove();
  });

  it("sidecars with the node agent and a gateway, upgraded by one minor", async () => {
    const parts = { cni: on, gateway: on };
    configure("1.29.6", parts);
    await instance.up();
    order("istio-base", "istio-cni", "istiod", "istio-ingressgateway");
    configure("1.30.3", parts);
    await instance.up();
    assert.match((await images("daemonsets"))["istio-cni-node"] ?? "", /install-cni:1\.30\.3/);
    const pods = ["get", "pods", "-n", "istio-system", "-l", "app=istio-ingressgateway"];
    const gateway = await kubectl(...pods, "-o", "jsonpath={.items[*].spec.containers[0].image}");
    assert.match(gateway, /proxyv2:1\.30\.3/);
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
  });

  it("ambient mode: the control plane before the node agent before ztunnel", async () => {
    configure("1.30.3", { cni: on, ztunnel: on });
    await instance.up();
    order("istio-base", "istiod", "istio-cni", "ztunnel");
    assert.match((await images("daemonsets"))["ztunnel"] ?? "", /ztunnel:1\.30\.3/);
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
  });

  it("1.23 to 1.24: definitions are upgraded, and the Helm release's own before and after", async () => {
    configure("1.23.6", {});
    await instance.up();
    assert.ok((await definitionVersions()).every((line) => line.endsWith(" istio-base")));
    configure("1.24.6", {});
    await instance.up();
    assert.ok((await definitionVersions()).every((line) => line.endsWith(" istio-base")));
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
  });

  it("definitions that Helm's crds/ folder left without an owner are adopted, and say so", async () => {
    const release = ["meta.helm.sh/release-name-", "meta.helm.sh/release-namespace-"];
    const names = (await definitionVersions()).map((line) => line.split(" ")[0] ?? "");
    assert.ok(names.length > 10);
    await kubectl("annotate", "crd", ...names, ...release);
    await kubectl("label", "crd", ...names, "app.kubernetes.io/managed-by-");
    configure("1.24.6", {});
    await instance.up();
    assert.match(instance.log, /CRDs get Helm's marks/);
    assert.ok((await definitionVersions()).every((line) => line.endsWith(" istio-base")));
  });
});
