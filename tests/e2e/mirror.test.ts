import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jamIstio } from "../support/command";
import { servePushes, type PushRegistry } from "../support/pushRegistry";
import { chartRoot, describeOn } from "./support/engine";
import { Instance } from "./support/instance";
import { helmStatus, modernConfig, useFreshLab } from "./support/lab";

// What `mirror` wrote is installed by the engine, with nothing else within reach: every proxy points to a port at which nobody
// listens, and the instance's own cache is empty. The pods are simulated: no image is pulled.

const noNetwork = { HTTPS_PROXY: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9", NO_PROXY: "127.0.0.1" };
const parts = { cni: { enabled: true }, gateway: { enabled: true } };

describeOn("1.34", "an installation from a mirror, without a network", () => {
  const lab = useFreshLab("1.34");
  let folder: string;
  let registry: PushRegistry;
  let instance: Instance | undefined;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "jam-istio-mirror-"));
    registry = await servePushes();
  });
  afterEach(async () => {
    instance?.remove();
    instance = undefined;
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Mirrors the charts of a version and deploys from there, as docs/air-gap.md says. */
  async function installFrom(place: string, version: string): Promise<Instance> {
    const args = ["mirror", "--versions", version, "--charts", chartRoot() ?? "", "--to", place];
    const mirrored = await jamIstio(args, noNetwork, folder);
    assert.equal(mirrored.code, 0, mirrored.stderr);
    const istio = { version, chartRepository: `${place}/istio-release/charts`, ...parts };
    const config = modernConfig(lab(), { kiali: { chartRepository: `${place}/kiali` } }, istio);
    instance = await Instance.create("local700", config);
    await instance.useOwnCache();
    Object.assign(instance.env, noNetwork);
    await instance.up();
    return instance;
  }

  for (const [what, place] of [
    ["a folder", () => join(folder, "mirror")],
    ["a registry", () => `oci://${registry.host}/mesh`],
  ] as const) {
    it(`from ${what}: every release is deployed, and an unchanged stack stays as it is`, async () => {
      const made = await installFrom(place(), "1.29.6");
      const releases = ["istio-base", "istiod", "istio-cni", "istio-ingressgateway", "kiali-server"];
      for (const name of releases) assert.equal(await helmStatus(lab(), name), "deployed", name);
      assert.deepEqual(Object.keys(await made.up()), ["same"]);
    });
  }
});
