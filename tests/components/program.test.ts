/**
 * The program under mocks: what it registers and hands out. Mocks do not prove that the engine, the providers, Helm or
 * the API server take these inputs, that a check or a diff runs, or that a name is free; tests/charts compares the
 * specs with the charts' own schemas, and the end-to-end tests install.
 */
import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { record } from "../../render/record";
import { find, keysOf, kubernetesResources } from "../support/recording";
import { classicVersion, external, modernVersion, settingsOf } from "../support/settings";

const classic = { istio: { version: classicVersion }, ...external };
const modern = { istio: { version: modernVersion }, ...external };
const shared = (version: string) => ({ ...external, istio: { version, controlPlane: "shared" } });
const entries = ["ServiceEntry external-bucket", "ServiceEntry external-mysql", "ServiceEntry external-smtp"];
const always = [
  "pulumi-nodejs gate-host",
  "ExternalServices external",
  "InstanceNamespace namespace",
  "NamespacePatch namespace",
  "SidecarRollout sidecar-rollout",
  "UpgradeGate upgrade-gate",
  "kubernetes kubernetes",
];
const init = ["Istio istio", "IstioInit istio-init", "MeshRemoval mesh-removal", "Namespace istio-system"];

describe("program: what a stack registers", () => {
  const cases: readonly (readonly [string, Record<string, unknown>, readonly string[]])[] = [
    [
      "classic",
      classic,
      [
        ...entries,
        ...init,
        "KialiSecret kiali",
        "RandomPassword kiali-passphrase",
        "Release istio",
        "Release istio-init",
        "Secret kiali",
      ],
    ],
    [
      "modern",
      modern,
      [
        ...entries,
        ...init,
        "KialiSecret kiali",
        "MeshPart kiali-server",
        "RandomPassword kiali-signing-key",
        "Release istio-base",
        "Release istiod",
        "Release kiali-server",
        "Secret kiali",
      ],
    ],
    [
      "classic without Kiali",
      { ...classic, kiali: { enabled: false } },
      [...entries, ...init, "Release istio", "Release istio-init"],
    ],
    [
      "modern without Kiali",
      { ...modern, kiali: { enabled: false } },
      [...entries, ...init, "Release istio-base", "Release istiod"],
    ],
    [
      "classic without external services and Kiali",
      { istio: classic.istio, kiali: { enabled: false } },
      [...init, "Release istio", "Release istio-init"],
    ],
    ["classic, shared control plane", shared(classicVersion), entries],
    ["modern, shared control plane", shared(modernVersion), entries],
  ];
  for (const [title, sections, keys] of cases) {
    it(`${title}: these and nothing else`, async () => {
      assert.deepEqual(keysOf(await record(settingsOf(sections))), [...always, ...keys].sort());
    });
  }
});

describe("program: the Kubernetes provider", () => {
  it("carries context, the kubeconfig's path, the stack as the cluster's identity and mutable Secrets", async () => {
    const kubernetes = { context: "dev", kubeconfig: "./kube/config" };
    const recording = await record(settingsOf({ ...classic, kubernetes }, { stack: "some-stack" }));
    assert.deepEqual(find(recording, "kubernetes kubernetes").inputs, {
      clusterIdentifier: "some-stack",
      context: "dev",
      enableSecretMutable: "true",
      kubeconfig: "./kube/config",
    });
  });

  it("names neither context nor kubeconfig when the settings do not", async () => {
    const { inputs } = find(await record(settingsOf(classic)), "kubernetes kubernetes");
    assert.deepEqual(inputs, { clusterIdentifier: "dev701", enableSecretMutable: "true" });
  });

  for (const [title, sections] of Object.entries({ classic, modern, shared: shared(classicVersion) })) {
    it(`${title}: is the provider of every Kubernetes resource, and the only one`, async () => {
      const recording = await record(settingsOf(sections));
      const provider = find(recording, "kubernetes kubernetes").urn;
      const resources = kubernetesResources(recording);
      assert.ok(resources.length >= 4);
      assert.deepEqual(
        resources.filter((resource) => resource.provider !== provider).map(({ urn }) => urn),
        [],
      );
      assert.equal(recording.registrations.filter(({ type }) => type === "pulumi:providers:kubernetes").length, 1);
    });
  }
});

describe("program: the outputs", () => {
  /** All outputs but the data plane, which only a run against a cluster knows. */
  const outputsOf = async (sections: Record<string, unknown>) => {
    const { dataPlane, ...rest } = (await record(settingsOf(sections))).outputs;
    assert.ok(pulumi.Output.isInstance(dataPlane));
    return rest;
  };

  it("classic: the login, and the passphrase as a secret", async () => {
    const { kialiPassphrase, ...rest } = await outputsOf({ ...classic, kiali: { username: "ops" } });
    assert.deepEqual(rest, {
      activeFaults: [],
      kiali: { secretName: "kiali", username: "ops" },
      meshVersion: classicVersion,
      namespace: "dev701",
      serviceEntries: ["mysql", "bucket", "smtp"],
    });
    assert.ok(kialiPassphrase !== undefined);
    assert.equal(await pulumi.isSecret(kialiPassphrase), true);
  });

  it("modern: no username and no passphrase, because Kiali logs in with a token", async () => {
    assert.deepEqual(await outputsOf({ ...modern, namespace: "elsewhere" }), {
      activeFaults: [],
      kiali: { secretName: "kiali" },
      meshVersion: modernVersion,
      namespace: "elsewhere",
      serviceEntries: ["mysql", "bucket", "smtp"],
    });
  });

  for (const [title, sections] of Object.entries({
    "Kiali disabled": { istio: classic.istio, kiali: { enabled: false } },
    "shared control plane": { istio: shared(classicVersion).istio },
  })) {
    it(`${title}: nothing of Kiali`, async () => {
      assert.deepEqual(await outputsOf(sections), {
        activeFaults: [],
        meshVersion: classicVersion,
        namespace: "dev701",
        serviceEntries: [],
      });
    });
  }
});
