import assert from "node:assert/strict";
import { neededCharts } from "../../../components/state/neededCharts";
import { emptyState, type StateRelease } from "../../../components/state/stackState";
import { officialRepositories } from "../../../mesh/istio/releases";
import { meshPlan } from "../../../mesh/meshPlan";
import { classicVersion, modernVersion, settingsOf } from "../../support/settings";

const plan = meshPlan(settingsOf({ istio: { version: modernVersion }, kiali: { enabled: false } }));
const release = (name: string, chart: string, version: string): StateRelease => ({ name, args: { chart, version } });
const statesOf = (...releases: readonly StateRelease[]) =>
  neededCharts(plan, { ...emptyState, releases }, []).map(({ release: name, state }) => `${name} ${state}`);

describe("the charts that a stack needs", () => {
  it("of a stack that was never deployed, and of a shared control plane", () => {
    const repositories = officialRepositories("classic", classicVersion);
    const classic = meshPlan(settingsOf({ istio: { version: classicVersion } }));
    const [init, istio] = classic.releases.map(({ values }) => values);
    const rest = { version: classicVersion, repositories, state: "other" };
    assert.deepEqual(neededCharts(classic, emptyState, []), [
      { release: "istio-init", chart: "istio-init", ...rest, values: init },
      { release: "istio", chart: "istio", ...rest, values: istio },
    ]);
    const shared = meshPlan(settingsOf({ istio: { version: classicVersion, controlPlane: "shared" } }));
    assert.deepEqual(neededCharts(shared, emptyState, []), []);
  });

  it("the state may have it: by name from a repository, from a directory, or in its place", () => {
    const place = `./.jam-istio/charts/dev701/istiod-${modernVersion}.tgz`;
    assert.deepEqual(statesOf(release("istiod", "istiod", modernVersion)), ["istio-base other", "istiod held"]);
    const directory = `/charts/istiod-${modernVersion}.tgz`;
    assert.deepEqual(statesOf(release("istiod", directory, modernVersion)), ["istio-base other", "istiod held"]);
    assert.deepEqual(statesOf(release("istiod", place, modernVersion)), ["istio-base other", "istiod placed"]);
  });

  it("another version, another chart and another release are none", () => {
    assert.deepEqual(statesOf(release("istiod", "istiod", "1.30.2")), ["istio-base other", "istiod other"]);
    assert.deepEqual(statesOf(release("istiod", "other", modernVersion)), ["istio-base other", "istiod other"]);
    assert.deepEqual(statesOf(release("istiod-x", "istiod", modernVersion)), ["istio-base other", "istiod other"]);
  });

  it("a kept control plane's, in its own version", () => {
    const kept = release("istiod-1-29-6", "istiod", "1.29.6");
    assert.deepEqual(neededCharts(plan, { ...emptyState, releases: [kept] }, [kept]).at(-1), {
      release: "istiod-1-29-6",
      chart: "istiod",
      version: "1.29.6",
      repositories: officialRepositories("modern", "1.29.6"),
      state: "held",
    });
  });
});
