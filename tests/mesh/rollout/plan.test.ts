import assert from "node:assert/strict";
import type { OutdatedSidecars, Restart } from "../../../mesh/rollout/outdatedSidecars";
import { dataPlaneOf, listText, planRollout } from "../../../mesh/rollout/plan";
import { workload } from "./dataPlaneSupport";

const restart = (name: string, downtime?: string): Restart => ({
  workload: workload("Deployment", name),
  name: `Deployment dev701/${name}`,
  value: "1.30.3",
  begun: false,
  ...(downtime === undefined ? {} : { downtime }),
});
const seen = (restarts: readonly Restart[], left: readonly string[] = [], proxies = {}): OutdatedSidecars => ({
  restarts,
  notRestartable: left,
  proxies,
});
const on = { enabled: true, parallel: 5 };
const relaxed = { production: false, allow: [] };
const two = seen([restart("ps"), restart("single", "it has one replica")], ["Pod dev701/x: it has no controller"]);

describe("rollout: the plan in the preview", () => {
  it("names what restarts, what may be down, and what stays", () => {
    assert.deepEqual(planRollout([two], "1.30.3", on, relaxed), {
      refused: [],
      notes: [
        "sidecars: 2 workloads restart for Istio 1.30.3, 5 at a time: Deployment dev701/ps, Deployment dev701/single",
        "may be down for a moment: Deployment dev701/single: it has one replica",
        "its sidecar stays outdated: Pod dev701/x: it has no controller",
      ],
    });
  });

  it("says nothing where nothing is outdated", () => {
    assert.deepEqual(planRollout([seen([])], "1.30.3", on, relaxed), { refused: [], notes: [] });
  });

  it("on a production instance what may be down is refused, with the way out", () => {
    const { refused } = planRollout([two], "1.30.3", on, { production: true, allow: [] });
    assert.deepEqual(refused, [
      "Deployment dev701/single: it has one replica: its restart may leave it without a ready pod, which production: true " +
        "refuses. Give it two replicas and a rolling update, or acknowledge with istio.allow: [downtime]",
    ]);
  });

  it("with the risk acknowledged it is only named", () => {
    const plan = planRollout([two], "1.30.3", on, { production: true, allow: ["downtime"] });
    assert.deepEqual(plan.refused, []);
    assert.ok(plan.notes.includes("may be down for a moment: Deployment dev701/single: it has one replica"));
  });

  it("switched off, it says how much stays outdated, and refuses nothing", () => {
    const plan = planRollout([two], "1.30.3", { ...on, enabled: false }, { production: true, allow: [] });
    const note = "rollout.enabled is false: 3 workloads keep a sidecar that is not 1.30.3's";
    assert.deepEqual(plan, { refused: [], notes: [note] });
  });

  it("a long list stays readable", () => {
    const names = Array.from({ length: 12 }, (_, at) => String(at));
    assert.equal(listText(names), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more");
    assert.equal(listText(["a", "b"]), "a, b");
  });
});

describe("rollout: what runs", () => {
  it("is summed over namespaces, and said as istioctl does", () => {
    assert.deepEqual(dataPlaneOf("1.4.6", [seen([], [], { "1.4.6": 30 }), seen([], [], { "1.4.6": 5, "1.4.10": 1 })]), {
      controlPlane: "1.4.6",
      proxies: { "1.4.6": 35, "1.4.10": 1 },
      text: "data plane version: 1.4.6 (35 proxies), 1.4.10 (1 proxies)",
    });
    assert.equal(dataPlaneOf("1.4.6", []).text, "data plane version: no proxies");
  });
});
