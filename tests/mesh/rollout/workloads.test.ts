import assert from "node:assert/strict";
import { downtime, obstacle, progressOf, type Workload } from "../../../mesh/rollout/workloads";
import { budget, objects, template, workload } from "./dataPlaneSupport";

describe("workloads: what a restart would not replace", () => {
  const proxy = (image: string) => template({}, [{ name: "istio-proxy", image }]);
  for (const [title, one, expected] of [
    ["a Deployment", workload("Deployment", "a"), undefined],
    ["a paused Deployment", workload("Deployment", "a", { paused: true }), "it is paused"],
    ["a StatefulSet", workload("StatefulSet", "a"), undefined],
    [
      "OnDelete",
      workload("StatefulSet", "a", { updateStrategy: { type: "OnDelete" } }),
      "its updateStrategy is OnDelete",
    ],
    [
      "OnDelete of a DaemonSet",
      workload("DaemonSet", "a", { updateStrategy: { type: "OnDelete" } }),
      "its updateStrategy is OnDelete",
    ],
    [
      "a partition",
      workload("StatefulSet", "a", { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } } }),
      "its updateStrategy has partition 1",
    ],
    [
      "a proxy in the template",
      workload("Deployment", "a", proxy("x/proxyv2:1")),
      "its proxy stands in its own template",
    ],
    [
      "a native sidecar in the template",
      workload("Deployment", "a", {
        template: { metadata: {}, spec: { containers: [], initContainers: [{ name: "istio-proxy", image: "x:1" }] } },
      }),
      "its proxy stands in its own template",
    ],
    ["a gateway, whose image the injector fills in", workload("Deployment", "a", proxy("auto")), undefined],
  ] as const) {
    it(`${title}: ${expected ?? "nothing in the way"}`, () => {
      assert.equal(obstacle(one), expected);
    });
  }
});

describe("workloads: without a ready pod for a moment", () => {
  const rolling = (maxUnavailable: string | number, replicas = 4) =>
    workload("Deployment", "a", { replicas, strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable } } });
  const none = "its PodDisruptionBudget allows none to be ready: a drained node may take the rest meanwhile";
  const selector = { matchLabels: { app: "a" } };
  const rows: readonly (readonly [string, Workload, object | undefined, string | undefined])[] = [
    ["two replicas", workload("Deployment", "a"), undefined, undefined],
    ["one replica", workload("Deployment", "a", { replicas: 1 }), undefined, "it has one replica"],
    ["one replica of a StatefulSet", workload("StatefulSet", "a", { replicas: 1 }), undefined, "it has one replica"],
    [
      "Recreate",
      workload("Deployment", "a", { strategy: { type: "Recreate" } }),
      undefined,
      "its strategy is Recreate",
    ],
    ["maxUnavailable 100%", rolling("100%"), undefined, "its maxUnavailable is 100%"],
    ["maxUnavailable of all", rolling(4), undefined, "its maxUnavailable is 4"],
    ["maxUnavailable a quarter of many", rolling("25%"), undefined, undefined],
    ["maxUnavailable 0", rolling(0), undefined, undefined],
    [
      "maxUnavailable 100% of a StatefulSet",
      workload("StatefulSet", "a", { updateStrategy: { rollingUpdate: { maxUnavailable: "100%" } } }),
      undefined,
      "its maxUnavailable is 100%",
    ],
    ["a budget of one", workload("Deployment", "a"), { selector, minAvailable: 1 }, undefined],
    ["a budget of none", workload("Deployment", "a"), { selector, minAvailable: 0 }, none],
    ["a budget of none, in percent", workload("StatefulSet", "a"), { selector, maxUnavailable: "100%" }, none],
    [
      "another workload's budget",
      workload("Deployment", "a"),
      { selector: { matchLabels: { app: "b" } }, minAvailable: 0 },
      undefined,
    ],
  ];
  for (const [title, one, spec, expected] of rows) {
    it(`${title}: ${expected ?? "always one ready"}`, () => {
      assert.equal(downtime(one, objects([one], { budgets: spec === undefined ? [] : [budget(spec)] })), expected);
    });
  }
});

describe("workloads: how far a change has come", () => {
  const late = [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "too late" }];
  for (const [title, kind, status, expected] of [
    ["done", "Deployment", {}, { settled: true, text: "2 of 2 ready" }],
    [
      "not seen by its controller yet",
      "Deployment",
      { observedGeneration: 2 },
      { settled: false, text: "2 of 2 ready" },
    ],
    [
      "an old pod is left, the new one is not ready",
      "Deployment",
      { replicas: 3, updatedReplicas: 1 },
      { settled: false, text: "0 of 2 ready" },
    ],
    [
      "an old pod goes on ending",
      "Deployment",
      { replicas: 3, availableReplicas: 3 },
      { settled: false, text: "2 of 2 ready" },
    ],
    [
      "given up by Kubernetes",
      "Deployment",
      { updatedReplicas: 1, conditions: late },
      { settled: false, text: "1 of 2 ready", stuck: "too late" },
    ],
    ["done", "StatefulSet", {}, { settled: true, text: "2 of 2 ready" }],
    [
      "half of it",
      "StatefulSet",
      { updatedReplicas: 1, updateRevision: "b" },
      { settled: false, text: "1 of 2 ready" },
    ],
    ["done", "DaemonSet", {}, { settled: true, text: "2 of 2 ready" }],
    ["half of it", "DaemonSet", { updatedNumberScheduled: 1 }, { settled: false, text: "1 of 2 ready" }],
  ] as const) {
    it(`${kind}: ${title}`, () => {
      assert.deepEqual(progressOf(workload(kind, "a", {}, status)), expected);
    });
  }
});
