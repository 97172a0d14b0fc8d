import assert from "node:assert/strict";
import { reasonOf } from "../../../cluster/client/errors";
import { provider, type Recorded, type RolloutInputs } from "../../../components/gates/providers/sidecarRollout";
import { useClock } from "../../cluster/support/clock";
import { chartOf, helmSecret, paths, planeDeployment, planePod, pod } from "../../cluster/support/objects";
import { list, refusal, useApi, type Answer } from "../../support/apiServer";

// What the rollout's update asks and decides, against an API server that answers as told. Nothing restarts here: that is
// tests/e2e/unfinished.test.ts and tests/e2e/canary.test.ts.

const kinds = ["replicasets", "deployments", "statefulsets", "daemonsets"];
const metrics = (name: string) => `GET ${paths.pods("istio-system")}/${name}:15014/proxy/metrics`;
const sidecar = (name: string, version: string) =>
  pod(name, { images: { "istio-proxy": `docker.io/istio/proxyv2:${version}` } });
const counted = (connected: number, rejections: number) =>
  `pilot_xds{} ${String(connected)}\npilot_total_xds_rejects{} ${String(rejections)}\n`;
const record = (revision: number, status: string, version: string) =>
  helmSecret(revision, { status, chart: chartOf(version) });

describe("SidecarRollout: its update", () => {
  const api = useApi();
  const clock = useClock();
  const inputs = (version: string, more: Partial<RolloutInputs> = {}): RolloutInputs => ({
    kubernetes: { kubeconfig: api.kubeconfig },
    version,
    revision: "default",
    injected: undefined,
    allow: [],
    enabled: true,
    parallel: 5,
    timeoutSeconds: 60,
    namespaces: ["dev701"],
    daemonSets: false,
    serving: { revision: "default", version, release: "istiod", timeoutSeconds: 60 },
    ...more,
  });
  const update = (olds: RolloutInputs, news: RolloutInputs) => {
    const recorded: Recorded = { ...olds, dataPlane: { controlPlane: olds.version, proxies: {}, text: "" } };
    return provider.update?.("rollout", recorded, news) ?? assert.fail();
  };
  const answer = (pods: readonly object[], more: Readonly<Record<string, Answer>> = {}) => {
    api.answers = {
      ...Object.fromEntries(kinds.map((kind) => [`GET /apis/apps/v1/namespaces/dev701/${kind}`, list()])),
      [`GET ${paths.pods("dev701")}`]: list(...pods),
      "GET /api/v1/pods": list(...pods),
      ...more,
    };
  };

  it("does not take a control plane back below sidecars that an earlier try restarted, and says what to do", async () => {
    answer([sidecar("web", "1.29.6"), sidecar("ps", "1.30.3")], {
      [`GET ${paths.deployments("istio-system")}`]: list(planeDeployment("istiod", "1.30.3")),
      [`GET ${paths.pods("istio-system")}`]: list(planePod("a", "1.30.3")),
      [metrics("a")]: counted(2, 3),
      [`GET ${paths.secrets}`]: list(record(1, "superseded", "1.29.6"), record(2, "deployed", "1.30.3")),
    });
    assert.equal(
      reasonOf(await refusal(update(inputs("1.29.6"), inputs("1.30.3")))),
      "no sidecar was restarted: proxies refused 3 configurations of the new control plane (metric " +
        "pilot_total_xds_rejects). release istiod was not rolled back to revision 1 (1.29.6): proxies are newer than 1.29.6, " +
        "or their version cannot be read: dev701/ps: 1.30.3 (1 proxies). A control plane below its proxies is not " +
        "supported. To go on: fix what failed, then run up again. To go back: set istio.version to 1.29.6 and run up, " +
        "which moves the control plane and then the sidecars",
    );
  });

  describe("of a canary", () => {
    const planes = {
      [`GET ${paths.deployments("istio-system")}`]: list(
        planeDeployment("istiod", "1.29.6", "default"),
        planeDeployment("istiod-new", "1.30.3", "new"),
      ),
      [`GET ${paths.pods("istio-system")}`]: list(
        planePod("a", "1.29.6", { revision: "default" }),
        planePod("b", "1.30.3", { revision: "new" }),
      ),
      [metrics("a")]: counted(1, 3),
      [metrics("b")]: counted(0, 0),
    };

    it("that serves nobody yet: what proxies refuse of the old control plane does not matter", async () => {
      answer([sidecar("web", "1.29.6")], planes);
      const serving = { revision: "default", timeoutSeconds: 60 };
      const done = await update(inputs("1.29.6"), inputs("1.30.3", { revision: "new", serving }));
      assert.equal((done.outs as Recorded).dataPlane.text, "data plane version: 1.29.6 (1 proxies)");
      assert.equal(clock.slept(), 0);
    });

    it("that is taken back: the old control plane, which nobody touched, is not judged by what it counted", async () => {
      answer([sidecar("web", "1.29.6")], planes);
      const serving = { revision: "default", version: "1.29.6", release: "istiod", timeoutSeconds: 60 };
      const before = inputs("1.30.3", { revision: "new", serving: { revision: "default", timeoutSeconds: 60 } });
      const done = await update(before, inputs("1.29.6", { serving }));
      assert.equal((done.outs as Recorded).dataPlane.text, "data plane version: 1.29.6 (1 proxies)");
    });

    it("that the namespace moves to: nor does it, and nobody waits for proxies that are still to come", async () => {
      answer([sidecar("web", "1.29.6")], planes);
      const serving = { revision: "new", version: "1.30.3", release: "istiod-new", timeoutSeconds: 60 };
      await update(inputs("1.29.6"), inputs("1.30.3", { revision: "new", serving }));
      assert.equal(clock.slept(), 0);
    });
  });
});
