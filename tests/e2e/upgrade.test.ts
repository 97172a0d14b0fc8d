import assert from "node:assert/strict";
import { describeOn } from "./support/engine";
import { Instance, type Config } from "./support/instance";
import { classicConfig, fingerprint, modernConfig, settled, useLab, type Lab } from "./support/lab";
import { Followed } from "./support/workloads";

interface Path {
  readonly minor: string;
  readonly stack: string;
  readonly versions: readonly string[];
  readonly config: (lab: Lab, more?: Config, istio?: Config) => Config;
  /** In the order of the cluster's events. */
  readonly order: readonly RegExp[];
}

const paths: readonly Path[] = [
  {
    minor: "1.34",
    stack: "local700",
    versions: ["1.28.9", "1.28.10", "1.29.6", "1.30.3"],
    config: modernConfig,
    order: [/Deployment istio-system\/istiod /, /Deployment local700\//],
  },
  {
    minor: "1.21",
    stack: "dev701",
    versions: ["1.4.6", "1.4.10"],
    config: classicConfig,
    order: [/Job istio-system\/istio-init-crd/, /Deployment istio-system\/istio-pilot /, /Deployment dev701\//],
  },
];

for (const { minor, stack, versions, config, order } of paths) {
  describeOn(minor, `upgrade of ${stack} through ${versions.join(", ")}`, () => {
    const lab = useLab(minor);
    let instance: Instance;
    let followed: Followed;
    const dataPlane = async () =>
      (await instance.outputs())["dataPlane"]?.value as { controlPlane: string; text: string };

    before(async () => {
      instance = await Instance.create(stack, config(lab(), {}, { version: versions[0] }));
      await instance.up();
      followed = await Followed.create(lab(), stack);
    });
    after(() => {
      (followed as Followed | undefined)?.end();
      (instance as Instance | undefined)?.remove();
    });

    it("on a production instance the preview refuses what may be down, and nothing changes", async () => {
      const before = await settled(lab(), stack);
      instance.configure(config(lab(), { production: true }, { version: versions[1] }));
      const text = await instance.failure(() => instance.preview());
      assert.match(text, /StatefulSet \S+\/single: it has one replica: its restart may leave it without a ready pod/);
      assert.equal(await fingerprint(lab(), stack), before);
      instance.configure(config(lab(), { production: true }, { version: versions[1], allow: ["downtime"] }));
      await instance.preview();
    });

    for (const version of versions.slice(1)) {
      it(`to ${version}: definitions, control plane, sidecars, with a ready pod of each workload at every moment`, async () => {
        instance.configure(config(lab(), {}, { version }));
        const from = instance.log.length;
        await instance.preview();
        const shown = instance.log.slice(from);
        assert.match(
          shown,
          new RegExp(`to ${version.replaceAll(".", "\\.")}: CRDs .*, then control plane .* sidecars`),
        );
        assert.match(shown, /sidecars: 5 workloads restart for Istio/);
        assert.match(shown, /may be down for a moment: StatefulSet \S+\/single: it has one replica/);
        followed.begin();
        await instance.up();
        for (const { name, replicas, restarted, leastReady } of followed.report()) {
          assert.equal(restarted, replicas, name);
          if (replicas > 1) assert.ok(leastReady > 0, `${name} had no ready pod`);
        }
        // Definitions that did not change have no event; of those that did the last comes before the control plane.
        const events = followed.events().map(({ kind, name, what }) => `${kind} ${name} ${what}`);
        const places = order.map((wanted) => events.findIndex((event) => wanted.test(event)));
        assert.ok(!places.includes(-1), events.join("\n"));
        assert.deepEqual(
          [...places].sort((a, b) => a - b),
          places,
          events.join("\n"),
        );
        assert.deepEqual(await dataPlane(), {
          controlPlane: version,
          proxies: { [version]: 10 },
          text: `data plane version: ${version} (10 proxies)`,
        });
      });
    }

    it("a second up changes and restarts nothing", async () => {
      const before = await settled(lab(), stack);
      followed.begin();
      assert.deepEqual(Object.keys(await instance.up()), ["same"]);
      assert.deepEqual(Object.keys(await instance.refresh()), ["same"]);
      assert.equal(await fingerprint(lab(), stack), before);
      assert.deepEqual(new Set(followed.report().map(({ restarted }) => restarted)), new Set([0]));
    });
  });
}
