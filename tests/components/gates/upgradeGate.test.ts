/**
 * UpgradeGate: what it is told, and what its memory does to the releases. Mocks never run its check, diff or update:
 * the judgement is tested with the pure rules, the effects with a control plane.
 */
import assert from "node:assert/strict";
import { record } from "../../../render/record";
import { deployed } from "../../support/deployment";
import { ancestors, find } from "../../support/recording";
import { classicVersion, modernVersion, settingsOf } from "../../support/settings";

const gate = "UpgradeGate upgrade-gate";
const releaseType = "kubernetes:helm.sh/v3:Release";

describe("UpgradeGate", () => {
  it("classic: is told everything it judges", async () => {
    const kubernetes = { context: "dev", kubeconfig: "./kube/config" };
    const istio = { version: classicVersion, releaseName: "adopted", allow: ["downgrade"], timeoutSeconds: 60 };
    const recording = await record(settingsOf({ kubernetes, istio, namespace: "elsewhere" }));
    const { inputs, parent } = find(recording, gate);
    const desired = inputs["desired"] as { readonly rest: string };
    assert.deepEqual(inputs, {
      kubernetes,
      remembered: { known: [] },
      desired: {
        allow: ["downgrade"],
        controlPlane: "managed",
        controlPlaneRelease: "adopted",
        faults: { objects: [], off: true, wanted: [] },
        hub: "docker.io/istio",
        injection: "enabled",
        layout: "classic",
        namespace: "elsewhere",
        production: false,
        releases: ["istio-init", "adopted"],
        rest: desired.rest,
        rollout: {
          daemonSets: false,
          enabled: true,
          namespaces: ["elsewhere"],
          parallel: 5,
          serving: { release: "adopted", revision: "default", timeoutSeconds: 60, version: classicVersion },
          timeoutSeconds: 600,
        },
        stack: "dev701",
        target: classicVersion,
        timeoutSeconds: 60,
        version: classicVersion,
      },
    });
    assert.equal(parent, "");
  });

  it("modern: names the three releases in their order, without Kiali two", async () => {
    const releases = async (kiali: boolean) =>
      (
        find(await record(settingsOf({ istio: { version: modernVersion }, kiali: { enabled: kiali } })), gate).inputs[
          "desired"
        ] as { readonly releases: readonly string[] }
      ).releases;
    assert.deepEqual(await releases(true), ["istio-base", "istiod", "kiali-server"]);
    assert.deepEqual(await releases(false), ["istio-base", "istiod"]);
  });

  it("waits for nothing", async () => {
    const recording = await record(settingsOf({ istio: { version: classicVersion } }));
    assert.deepEqual([...ancestors(recording, find(recording, gate).urn)], []);
  });

  it("knows the Helm releases of the state with their revisions, and nothing else of it", async () => {
    const state = {
      "urn:1": { type: releaseType, outputs: { name: "istio-init", status: { revision: 3 }, values: { token: "x" } } },
      "urn:2": { type: "kubernetes:core/v1:Secret", outputs: { name: "no-release" } },
      "urn:3": { type: releaseType, outputs: { name: "istio" } },
    };
    const { seen } = await deployed(settingsOf({ istio: { version: classicVersion } }), { state });
    const told = seen.find(({ type }) => type.endsWith(":UpgradeGate"))?.inputs["remembered"];
    assert.deepEqual(told, { known: [{ name: "istio-init", revision: 3 }, { name: "istio" }] });
  });

  it("asks again where the state was being written", async () => {
    const state = { "urn:1": { type: releaseType, outputs: { name: "istio", status: { revision: 2 } } } };
    const { seen } = await deployed(settingsOf({ istio: { version: classicVersion } }), { state, unreadable: 3 });
    const told = seen.find(({ type }) => type.endsWith(":UpgradeGate"))?.inputs["remembered"];
    assert.deepEqual(told, { known: [{ name: "istio", revision: 2 }] });
  });

  const described = async (repaired: Record<string, string>) => {
    const { seen } = await deployed(settingsOf({ istio: { version: classicVersion } }, { stack: "qa1" }), { repaired });
    const releases = seen.filter(({ type }) => type === releaseType);
    return Object.fromEntries(releases.map(({ name, inputs }) => [name, inputs["description"]]));
  };

  it("every release's description names its owner", async () => {
    assert.deepEqual(await described({}), { istio: "jam-istio/qa1", "istio-init": "jam-istio/qa1" });
  });

  it("a repaired release's description changes, so that Helm applies it once more; the other's does not", async () => {
    assert.deepEqual(await described({ istio: "2026-11-23T10:00:00.000Z" }), {
      istio: "jam-istio/qa1 repaired 2026-11-23T10:00:00.000Z",
      "istio-init": "jam-istio/qa1",
    });
  });
});
