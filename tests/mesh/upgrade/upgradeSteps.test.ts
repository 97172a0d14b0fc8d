import assert from "node:assert/strict";
import { inOrder, planReleases } from "../../../mesh/install/helmReleases";
import { upgradeSteps } from "../../../mesh/upgrade/upgradeSteps";
import { settingsOf } from "../../support/settings";

const steps = (...releases: readonly string[]) => upgradeSteps("1.29.6", { version: "1.30.3", releases });

describe("steps of a change of version", () => {
  it("releases come in the order that is given, sidecars last", () => {
    const text =
      "Istio 1.29.6 to 1.30.3: control plane (release istiod), then CRDs (release istio-base), then sidecars";
    assert.equal(steps("istiod", "istio-base"), text);
  });

  it("without a release there are the sidecars", () => {
    assert.equal(steps(), "Istio 1.29.6 to 1.30.3: sidecars");
  });

  it("going back is said the same way", () => {
    const text = "Istio 1.30.3 to 1.29.6: control plane (release istiod), then sidecars";
    assert.equal(upgradeSteps("1.30.3", { version: "1.29.6", releases: ["istiod"] }), text);
  });

  it("parts are told by their names, also where those are people's own, and proxies come last", () => {
    const partReleases = { cni: "agent", gateway: "edge" };
    const releases = ["istio-base", "agent", "istiod", "kiali-server", "ztunnel", "edge"];
    assert.equal(
      upgradeSteps("1.29.6", { version: "1.30.3", releases, partReleases }),
      "Istio 1.29.6 to 1.30.3: CRDs (release istio-base), then node agent (release agent), then control plane (release istiod), " +
        "then Kiali (release kiali-server), then sidecars, then ztunnel (release ztunnel), then gateway (release edge)",
    );
  });

  it("of the classic layout they are its two releases", () => {
    const settings = settingsOf({ istio: { version: "1.4.6" } });
    const releases = inOrder(planReleases(settings)).map(({ name }) => name);
    assert.equal(
      upgradeSteps("1.4.3", { version: "1.4.6", releases }),
      `Istio 1.4.3 to 1.4.6: CRDs (release istio-init), then control plane (release istio), ` + "then sidecars",
    );
  });
});
