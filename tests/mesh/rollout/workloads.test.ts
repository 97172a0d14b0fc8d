import assert from "node:assert/strict";
import { downtime } from "../../../mesh/rollout/downtime";
import { obstacle, progressOf, type Workload } from "../../../mesh/rollout/workloads";
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
  const one = (kind: Workload["kind"], rollingUpdate?: object) => {
    const updating = { type: "RollingUpdate", rollingUpdate };
    return workload(kind, "a", { replicas: 1, strategy: updating, updateStrategy: updating });
  };
  const none = "its PodDisruptionBudget allows none to be ready: a drained node may take the rest meanwhile";
  const selector = { matchLabels: { app: "a" } };
  const expressed = (operator: string) => ({ matchExpressions: [{ key: "app", operator, values: ["a", "b"] }] });
  const rows: readonly (readonly [string, Workload, object | undefined, string | undefined])[] = [
    ["two replicas", workload("Deployment", "a"), undefined, undefined],
    ["one replica: the default adds one before it takes one", one("Deployment"), undefined, undefined],
    [
      "one replica, as the API server writes the default",
      one("Deployment", { maxSurge: "25%", maxUnavailable: "25%" }),
      undefined,
      undefined,
    ],
    ["one replica, one more first", one("Deployment", { maxSurge: 1, maxUnavailable: 0 }), undefined, undefined],
    [
      "one replica, which may be gone",
      one("Deployment", { maxSurge: 1, maxUnavailable: 1 }),
      undefined,
      "it has one replica, maxUnavailable 1 and maxSurge 1",
    ],
    [
      "one replica and none more: the controller takes the one",
      one("Deployment", { maxSurge: 0, maxUnavailable: "25%" }),
      undefined,
      "it has one replica, maxUnavailable 25% and maxSurge 0",
    ],
    [
      "one replica with a budget that lets its node be drained",
      one("Deployment"),
      { selector, maxUnavailable: 1 },
      undefined,
    ],
    ["a DaemonSet", one("DaemonSet"), undefined, "each node is without its pod for a moment"],
    [
      "a DaemonSet with maxSurge 0",
      one("DaemonSet", { maxSurge: 0 }),
      undefined,
      "each node is without its pod for a moment",
    ],
    ["a DaemonSet with maxSurge", one("DaemonSet", { maxSurge: "10%", maxUnavailable: 0 }), undefined, undefined],
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
      "a budget of none, by expressions",
      workload("Deployment", "a"),
      { selector: expressed("In"), minAvailable: 0 },
      none,
    ],
    [
      "a budget by expressions, of others",
      workload("Deployment", "a"),
      { selector: expressed("NotIn"), minAvailable: 0 },
      undefined,
    ],
    ["a budget of none, for every pod", workload("Deployment", "a"), { selector: {}, minAvailable: 0 }, none],
    ["a budget without a selector", workload("Deployment", "a"), { minAvailable: 0 }, undefined],
    [
      "another workload's budget",
      workload("Deployment", "a"),
      { selector: { matchLabels: { app: "b" } }, minAvailable: 0 },
      undefined,
    ],
  ];
  for (const [title, some, spec, expected] of rows) {
    it(`${title}: ${expected ?? "always one ready"}`, () => {
      assert.equal(downtime(some, objects([some], { budgets: spec === undefined ? [] : [budget(spec)] })), expected);
    });
  }
});

describe("workloads: how far a change has come", () => {
  const lastUpdateTime = new Date("2026-11-26T07:00:00Z");
  const late = [
    { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "too late", lastUpdateTime },
  ];
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
      { settled: false, text: "1 of 2 ready", stuck: { text: "too late", since: lastUpdateTime.getTime() } },
    ],
    ["done", "StatefulSet", {}, { settled: true, text: "2 of 2 ready" }],
    [
      "half of it",
      "StatefulSet",
      { updatedReplicas: 1, updateRevision: "b" },
      { settled: false, text: "1 of 2 ready" },
    ],
    ["none asked for", "Rollout", {}, { settled: true, text: "2 of 2 ready" }],
    ["done, and one is not ready", "Rollout", { availableReplicas: 1 }, { settled: false, text: "1 of 2 ready" }],
    ["done", "DaemonSet", {}, { settled: true, text: "2 of 2 ready" }],
    ["half of it", "DaemonSet", { updatedNumberScheduled: 1 }, { settled: false, text: "1 of 2 ready" }],
  ] as const) {
    it(`${kind}: ${title}`, () => {
      assert.deepEqual(progressOf(workload(kind, "a", {}, status)), expected);
    });
  }
});
