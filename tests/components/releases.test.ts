/**
 * IstioInit, Istio, MeshPart: exact inputs of their children. Mocks do not prove that the charts know these values
 * or that Helm installs them; tests/charts renders them.
 */
import assert from "node:assert/strict";
import { record } from "../../render/record";
import { find, releaseInputs, sdkReleaseInputs } from "../support/recording";
import { classicVersion, modernVersion, settingsOf } from "../support/settings";

const common = { ...sdkReleaseInputs, maxHistory: 10, namespace: "istio-system", timeout: 900, waitForJobs: true };
const archive = (chart: string, version: string) => `./.jam-istio/charts/dev701/${chart}-${version}.tgz`;
const global = { hub: "docker.io/istio", tag: classicVersion };
const kialiOn = { enabled: true, dashboard: { secretName: "kiali" } };
const recorded = (istio: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  record(settingsOf({ istio, ...more }));

describe("IstioInit", () => {
  it("makes namespace istio-system", async () => {
    const recording = await recorded({ version: classicVersion });
    const { inputs, parent, retainOnDelete } = find(recording, "Namespace istio-system");
    assert.deepEqual(inputs, { apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } });
    assert.equal(parent, find(recording, "IstioInit istio-init").urn);
    assert.equal(retainOnDelete, false);
  });

  it("classic: release istio-init with hub and tag", async () => {
    assert.deepEqual(releaseInputs(await recorded({ version: classicVersion }), "istio-init"), {
      ...common,
      chart: archive("istio-init", classicVersion),
      name: "istio-init",
      values: { global },
      version: classicVersion,
    });
  });

  it("modern: release istio-base", async () => {
    assert.deepEqual(releaseInputs(await recorded({ version: modernVersion }), "istio-base"), {
      ...common,
      chart: archive("base", modernVersion),
      name: "istio-base",
      values: {},
      version: modernVersion,
    });
  });
});

describe("Istio", () => {
  const istio = { ...common, chart: archive("istio", classicVersion), name: "istio", version: classicVersion };

  it("classic: release istio without gateways, with Kiali and its Secret", async () => {
    assert.deepEqual(releaseInputs(await recorded({ version: classicVersion }), "istio"), {
      ...istio,
      values: { gateways: { enabled: false }, global, kiali: kialiOn },
    });
  });

  it("classic: Kiali is switched off by name", async () => {
    const recording = await recorded({ version: classicVersion }, { kiali: { enabled: false } });
    assert.deepEqual(releaseInputs(recording, "istio"), {
      ...istio,
      values: { gateways: { enabled: false }, global, kiali: { enabled: false } },
    });
  });

  it("classic: an adopted release keeps its name, on both sides", async () => {
    const recording = await recorded({ version: classicVersion, releaseName: "jam-istio" });
    assert.equal(releaseInputs(recording, "jam-istio")["name"], "jam-istio");
    assert.deepEqual(
      (find(recording, "UpgradeGate upgrade-gate").inputs["desired"] as { releases?: unknown }).releases,
      ["istio-init", "jam-istio"],
    );
  });

  it("modern: release istiod with the tag, and the hub in the place of the chart's own, which closes", async () => {
    assert.deepEqual(releaseInputs(await recorded({ version: modernVersion }), "istiod"), {
      ...common,
      chart: archive("istiod", modernVersion),
      name: "istiod",
      values: { global: { hub: "docker.io/istio", tag: modernVersion } },
      version: modernVersion,
    });
  });

  it("a configured hub reaches both classic releases, and istiod", async () => {
    const hub = "registry.example.com/mirror";
    const classic = await recorded({ version: classicVersion, hub });
    const modern = await recorded({ version: modernVersion, hub });
    for (const values of [releaseInputs(classic, "istio-init")["values"], releaseInputs(classic, "istio")["values"]]) {
      assert.deepEqual((values as { global: unknown }).global, { hub, tag: classicVersion });
    }
    assert.deepEqual(releaseInputs(modern, "istiod")["values"], { global: { hub, tag: modernVersion } });
  });

  it("the user's values win, lists replace lists, null stays, and only the control plane gets them", async () => {
    const values = { gateways: { enabled: true }, global: { imagePullSecrets: ["mine"] }, kiali: { tag: null } };
    const recording = await recorded({ version: classicVersion, values });
    assert.deepEqual(releaseInputs(recording, "istio")["values"], {
      gateways: { enabled: true },
      global: { ...global, imagePullSecrets: ["mine"] },
      kiali: { ...kialiOn, tag: null },
    });
    assert.deepEqual(releaseInputs(recording, "istio-init")["values"], { global });
  });
});

describe("MeshPart: Kiali", () => {
  const server = (version: string) => ({
    ...common,
    chart: archive("kiali-server", version),
    name: "kiali-server",
    version,
  });
  const values = { auth: { strategy: "token" }, login_token: { signing_key: "secret:kiali:value.txt" } };

  it("2.26 for Istio 1.30: the key by reference", async () => {
    const recording = await recorded({ version: modernVersion });
    assert.deepEqual(releaseInputs(recording, "kiali-server"), { ...server("2.26.0"), values });
    assert.equal(find(recording, "Release kiali-server").parent, find(recording, "MeshPart kiali-server").urn);
  });

  it("2.17 for Istio 1.28: the mount is asked for", async () => {
    assert.deepEqual(releaseInputs(await recorded({ version: "1.28.10" }), "kiali-server"), {
      ...server("2.17.0"),
      values: {
        ...values,
        deployment: {
          custom_secrets: [{ name: "kiali", mount: "/kiali-override-secrets/login-token-signing-key" }],
        },
      },
    });
  });
});

describe("every Helm release", () => {
  for (const version of [classicVersion, modernVersion]) {
    it(`${version}: is deleted before it is replaced, and has its component as parent`, async () => {
      const recording = await recorded({ version });
      const releases = recording.registrations.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
      assert.ok(releases.length >= 2);
      const components = new Set(recording.registrations.filter(({ custom }) => !custom).map(({ urn }) => urn));
      for (const release of releases) {
        assert.equal(release.deleteBeforeReplace, true, release.name);
        assert.ok(components.has(release.parent), release.name);
      }
      const others = recording.registrations.filter((item) => item.deleteBeforeReplace && !releases.includes(item));
      assert.deepEqual(others, []);
    });
  }

  it("waits as long as the settings say", async () => {
    const recording = await recorded({ version: modernVersion, timeoutSeconds: 120 });
    for (const name of ["istio-base", "istiod", "kiali-server"]) {
      assert.equal(releaseInputs(recording, name)["timeout"], 120);
    }
  });

  it("has its chart in the stack's own folder of the program, wherever that came from", async () => {
    for (const chartRepository of ["https://charts.example.com/istio/{version}", "./charts/{version}/"]) {
      const inputs = releaseInputs(await recorded({ version: modernVersion, chartRepository }), "istiod");
      assert.equal(inputs["chart"], archive("istiod", modernVersion));
      assert.equal(inputs["repositoryOpts"], undefined);
    }
  });
});
