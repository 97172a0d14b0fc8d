import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { behaviourService } from "../../lab/labObjects";
import { layoutOf } from "../../mesh/istio/releases";
import { describeOn } from "./support/engine";
import { Instance, type Config } from "./support/instance";
import { classicConfig, fingerprint, modernConfig, settled, useLab, type Lab } from "./support/lab";

interface Case {
  readonly minor: string;
  readonly stack: string;
  readonly version: string;
  readonly crds: number;
  readonly crdRelease: string;
  readonly controlPlane: string;
  readonly secretKey: string;
  readonly config: (lab: Lab, more?: Config, istio?: Config) => Config;
}

const cases: readonly Case[] = [
  {
    minor: "1.21",
    stack: "dev701",
    version: "1.4.6",
    crds: 23,
    crdRelease: "istio-init",
    controlPlane: "istio",
    secretKey: "passphrase",
    config: classicConfig,
  },
  {
    minor: "1.34",
    stack: "local700",
    version: "1.30.3",
    crds: 15,
    crdRelease: "istio-base",
    controlPlane: "istiod",
    secretKey: "value\\.txt",
    config: modernConfig,
  },
];

for (const { minor, stack, version, crds, crdRelease, controlPlane, secretKey, config } of cases) {
  describeOn(minor, `install of ${stack}, Istio ${version}`, () => {
    const lab = useLab(minor);
    let instance: Instance;
    const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
    const istioCrds = async () =>
      (await kubectl("get", "crd", "-o", "name")).split("\n").filter((name) => name.includes("istio.io"));
    const uid = (kind: string, name: string, namespace: string) =>
      kubectl("get", kind, name, "-n", namespace, "-o", "jsonpath={.metadata.uid}");
    const secretValue = async () =>
      Buffer.from(
        await kubectl("get", "secret", "kiali", "-n", "istio-system", "-o", `jsonpath={.data.${secretKey}}`),
        "base64",
      ).toString();

    before(async () => {
      instance = await Instance.create(stack, config(lab()));
    });
    after(() => {
      (instance as Instance | undefined)?.remove();
    });

    it("a preview changes nothing in the cluster", async () => {
      await instance.preview();
      assert.match(
        instance.log,
        /warning: ServiceEntry mysql captures TCP port 3306 [^\n]*\. If it calls another, set mysql\.addresses/,
      );
      assert.deepEqual(await istioCrds(), []);
      await assert.rejects(kubectl("get", "namespace", "istio-system"), /not found/);
    });

    it("up installs the mesh, the CRDs before the control plane", async () => {
      const changes = await instance.up();
      assert.ok((changes["create"] ?? 0) > 10);
      assert.equal((await istioCrds()).length, crds);
      const path = "jsonpath={range .items[*]}{.metadata.creationTimestamp} {end}";
      const crdTimes = (await kubectl("get", "crd", "-o", path)).trim().split(" ").sort();
      const record = await kubectl(
        "get",
        "secret",
        `sh.helm.release.v1.${controlPlane}.v1`,
        "-n",
        "istio-system",
        "-o",
        "jsonpath={.metadata.creationTimestamp}",
      );
      assert.ok(
        (crdTimes.at(-1) ?? "") <= record,
        `the last CRD ${String(crdTimes.at(-1))} is younger than the release's record ${record}`,
      );
      const events = ["Release " + crdRelease, "Release " + controlPlane].map((name) =>
        instance.log.indexOf(`${name} created`),
      );
      const secret = instance.log.indexOf("Secret kiali created");
      assert.ok(
        (events[0] ?? -1) >= 0 && (events[0] ?? 0) < secret && secret < (events[1] ?? -1),
        `order: ${String(events)} ${String(secret)}`,
      );
    });

    it("the instance's objects are in its namespace and visible there alone", async () => {
      const names = await kubectl(
        "get",
        "serviceentries.networking.istio.io",
        "-n",
        stack,
        "-o",
        "jsonpath={.items[*].metadata.name} {.items[*].spec.exportTo}",
      );
      assert.equal(names, 'bucket mysql smtp ["."] ["."] ["."]');
      assert.equal(
        await kubectl("get", "namespace", stack, "-o", "jsonpath={.metadata.labels.istio-injection}"),
        "enabled",
      );
    });

    it("a second up changes nothing, and refresh finds no drift", async () => {
      const before = await settled(lab(), stack);
      assert.deepEqual(Object.keys(await instance.up()), ["same"]);
      assert.deepEqual(Object.keys(await instance.refresh()), ["same"]);
      assert.equal(await fingerprint(lab(), stack), before);
    });

    it("no passphrase and no kubeconfig contents in state, outputs and logs", async () => {
      const secret = await secretValue();
      assert.ok(secret.length >= 24);
      const outputs = await instance.outputs();
      assert.deepEqual(
        outputs["kialiPassphrase"],
        layoutOf(version) === "classic" ? { value: secret, secret: true } : undefined,
      );
      const key = /client-key-data: (\S{40})|client-key: (\S+)/.exec(readFileSync(lab().plane.kubeconfig, "utf8"));
      const kept = [instance.state(), instance.log];
      for (const text of kept) {
        for (const hidden of [secret, Buffer.from(secret).toString("base64"), key?.[1] ?? key?.[2] ?? ""]) {
          assert.ok(hidden.length > 0);
          assert.equal(text.indexOf(hidden), -1);
        }
        assert.ok(!text.includes("certificate-authority") && !text.includes("BEGIN "));
      }
    });

    if (layoutOf(version) === "classic") {
      it("a passphrase of one's own updates the Secret in place and stays secret", async () => {
        const before = await uid("secret", "kiali", "istio-system");
        const own = "SENTINEL of my own 4711";
        await instance.pulumi("config", "set", "--secret", "jam-istio:kialiPassphrase", own);
        await instance.up();
        assert.equal(await secretValue(), own);
        assert.equal(await uid("secret", "kiali", "istio-system"), before);
        for (const text of [instance.state(), instance.log, readFileSync(instance.file, "utf8")]) {
          for (const hidden of [own, Buffer.from(own).toString("base64")]) assert.equal(text.indexOf(hidden), -1);
        }
        instance.configure(config(lab()));
        await instance.up();
        assert.notEqual(await secretValue(), own);
      });
    }

    it("a changed host updates its entry in place", async () => {
      const before = await uid("serviceentries.networking.istio.io", "mysql", stack);
      instance.configure(config(lab(), { mysql: { external: true, externalHostName: "db2.example.com" } }));
      const { update, same, ...others } = await instance.up();
      assert.deepEqual([update, others], [1, {}]);
      assert.ok((same ?? 0) > 10);
      assert.equal(await uid("serviceentries.networking.istio.io", "mysql", stack), before);
    });

    it("what must not change is refused, with nothing changed", async () => {
      const before = await fingerprint(lab(), stack);
      const other = layoutOf(version) === "classic" ? modernConfig(lab()) : classicConfig(lab());
      const refused: [Config, RegExp][] = [
        [other, /changes the layout from .* build a new cluster/],
        [config(lab(), { namespace: "other" }), /changes the namespace from .* make a new stack/],
        [config(lab(), {}, { controlPlane: "shared" }), /changes the controlPlane from managed to shared/],
      ];
      for (const [settings, message] of refused) {
        instance.configure(settings);
        for (const work of [() => instance.preview(), () => instance.up()]) {
          const text = await instance.failure(work);
          assert.match(text, message);
          assert.doesNotMatch(text, /^\s+at .*\.[jt]s:\d+/m);
        }
      }
      assert.equal(await fingerprint(lab(), stack), before);
    });

    it("destroy leaves only the CRDs and the instance's namespace; up works again", async () => {
      instance.configure(config(lab()));
      await instance.destroy();
      assert.equal((await istioCrds()).length, layoutOf(version) === "classic" ? crds : (await istioCrds()).length);
      await assert.rejects(kubectl("get", "namespace", "istio-system"), /not found/);
      assert.equal((await kubectl("get", "namespace", stack, "-o", "name")).trim(), `namespace/${stack}`);
      const left = await kubectl(
        "get",
        "clusterroles,clusterrolebindings,mutatingwebhookconfigurations,validatingwebhookconfigurations",
        "-o",
        "name",
      );
      // The lab's own webhook is no part of the mesh.
      assert.doesNotMatch(left.replaceAll(`/${behaviourService}\n`, "\n"), /istio|kiali/);
      await instance.up();
      assert.equal((await istioCrds()).length, crds);
    });
  });
}
