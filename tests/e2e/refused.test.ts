import assert from "node:assert/strict";
import { describeOn } from "./support/engine";
import { Instance, type Config } from "./support/instance";
import { apply, ask, classicConfig, fingerprint, modernConfig, settled, useLab, type Lab } from "./support/lab";

// What Istio does not survive is refused in the preview, and nothing in the cluster changes.

interface Refusal {
  readonly title: string;
  readonly config: (lab: Lab) => Config;
  readonly messages: readonly RegExp[];
}

const to =
  (config: typeof modernConfig, version: string, istio: Config = {}) =>
  (lab: Lab) =>
    config(lab, {}, { version, ...istio });

const galley = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "istio-galley" },
};

const clusters: readonly {
  readonly minor: string;
  readonly stack: string;
  readonly from: (lab: Lab) => Config;
  readonly refusals: readonly Refusal[];
}[] = [
  {
    minor: "1.21",
    stack: "dev701",
    from: to(classicConfig, "1.4.6"),
    refusals: [
      {
        title: "1.4.6 to 1.5.10 with Galley's webhook",
        config: to(classicConfig, "1.5.10"),
        messages: [
          /First: kubectl delete validatingwebhookconfiguration istio-galley/,
          /acknowledge with istio\.allow: \[classic-minor\]/,
        ],
      },
      {
        title: "1.4.6 to 1.30.3",
        config: to(modernConfig, "1.30.3"),
        messages: [
          /no way in place between the layouts\. Build a new cluster/,
          /is not known to work on Kubernetes 1\.21/,
        ],
      },
      {
        title: "1.4.6 to 1.3.8",
        config: to(classicConfig, "1.3.8"),
        messages: [/from 1\.4 to 1\.3 there is no way in place/],
      },
    ],
  },
  {
    minor: "1.34",
    stack: "local700",
    from: to(modernConfig, "1.28.10"),
    refusals: [
      {
        title: "1.28.10 to 1.30.3 in place",
        config: to(modernConfig, "1.30.3"),
        messages: [/one minor at a time in place\. Go through 1\.29, 1\.30, or .* istio\.revision/],
      },
      {
        title: "1.28.10 to 1.27.9 without acknowledgement",
        // Without Kiali: the mirror has the chart of the newest release alone.
        config: (lab) =>
          modernConfig(lab, { kiali: { enabled: false } }, { version: "1.27.9", allow: ["untested-kubernetes"] }),
        messages: [/acknowledge with istio\.allow: \[downgrade\]/],
      },
      {
        title: "1.28.10 to 1.4.6",
        config: to(classicConfig, "1.4.6"),
        messages: [
          /no way in place between the layouts/,
          /Istio 1\.4 cannot run on Kubernetes 1\.34: its charts use APIs/,
        ],
      },
    ],
  },
  {
    minor: "1.34",
    stack: "local701",
    from: to(modernConfig, "1.30.3"),
    refusals: [
      {
        title: "1.30.3 to 1.28.10",
        config: to(modernConfig, "1.28.10", { allow: ["downgrade"] }),
        messages: [/going back is possible by one minor only\. Set istio\.version to 1\.30\.3/],
      },
    ],
  },
];

for (const { minor, stack, from, refusals } of clusters) {
  describeOn(minor, `refusals over a running ${stack}`, () => {
    const lab = useLab(minor);
    let instance: Instance;

    before(async () => {
      instance = await Instance.create(stack, from(lab()));
      await instance.up();
      if (minor === "1.21") await apply(lab(), galley);
    });
    after(() => {
      (instance as Instance | undefined)?.remove();
    });

    for (const { title, config, messages } of refusals) {
      it(`${title} is refused in the preview, with the way out`, async () => {
        const before = await settled(lab(), stack);
        instance.configure(config(lab()));
        for (const work of [() => instance.preview(), () => instance.up()]) {
          const text = await instance.failure(work);
          for (const message of messages) assert.match(text, message);
          assert.doesNotMatch(text, /^\s+at .*\.[jt]s:\d+/m);
        }
        assert.equal(await fingerprint(lab(), stack), before);
      });
    }

    if (stack === "local700") {
      it("a change of version while a fault is active is refused with the command that ends it", async () => {
        await apply(lab(), {
          apiVersion: "networking.istio.io/v1alpha3",
          kind: "VirtualService",
          metadata: { name: "drill", namespace: stack, labels: { "jam-istio/fault": "drill" } },
          spec: { hosts: ["ps"], http: [{ route: [{ destination: { host: "ps" } }] }] },
        });
        instance.configure(to(modernConfig, "1.29.6")(lab()));
        const text = await instance.failure(() => instance.preview());
        const line = /First end them: (kubectl .*)$/m.exec(text)?.[1] ?? "";
        await lab().plane.kubectl(...line.split(" ").slice(1));
        await instance.preview();
      });

      it("proxies that refuse configuration already are told before an upgrade is blamed for them", async () => {
        await ask(lab(), { rejections: "3" });
        const text = await instance.failure(() => instance.preview());
        assert.match(text, /proxies refused 3 configurations of the running control plane/);
        await ask(lab(), {});
        await instance.preview();
      });
    }
  });
}
