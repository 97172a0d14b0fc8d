// Sidecars of pods that a revision tag, an operator or Argo Rollouts decides about.
import assert from "node:assert/strict";
import { restartAnnotation, type SidecarTarget } from "../../../mesh/rollout/outdatedSidecars";
import type { Workload } from "../../../mesh/rollout/workloads";
import { controller, pod, replicaSet, workload } from "./dataPlaneSupport";
import { proxy, old, options, look, ps, ofPs, sets } from "./lookSupport";

describe("outdated sidecars: revision tags", () => {
  const tagged = { ...ofPs, labels: { "istio.io/rev": "prod" } };
  const of = (data: object, tags: SidecarTarget["tags"]) => {
    const asked = { ...options, revision: "1-30-3", tags };
    const { restarts, notRestartable } = look([ps], [pod("ps-1", { ...tagged, ...data })], sets, asked);
    return [restarts.map(({ name }) => name), notRestartable];
  };
  const restarted = [["Deployment dev701/ps"], []];
  const alone = [[], []];
  const unread = [
    [],
    [
      "Pod dev701/ps-1: its label istio.io/rev is prod, and it may not be read which revision that tag stands for " +
        "(MutatingWebhookConfigurations)",
    ],
  ];
  const new_ = { image: proxy("1.30.3"), revision: "1-30-3" };

  for (const [title, data, tags, expected] of [
    ["of this control plane, an outdated sidecar", { ...old, revision: "1-30-3" }, { prod: "1-30-3" }, restarted],
    ["that moved to this control plane", { ...old, revision: "1-29-6" }, { prod: "1-30-3" }, restarted],
    ["of this control plane, a new sidecar", new_, { prod: "1-30-3" }, alone],
    ["of another control plane", { ...old, revision: "1-29-6" }, { prod: "1-29-6" }, alone],
    ["that is a revision of its own", { ...old, revision: "prod" }, { other: "1-30-3" }, alone],
    [
      "that may not be read, an outdated sidecar of this control plane",
      { ...old, revision: "1-30-3" },
      undefined,
      unread,
    ],
    ["that may not be read, a sidecar of another", { ...old, revision: "1-29-6" }, undefined, alone],
    ["that may not be read, a new sidecar", new_, undefined, alone],
  ] as const) {
    it(`${title}: ${expected === restarted ? "restart" : expected === unread ? "named" : "left alone"}`, () => {
      assert.deepEqual(of(data, tags), expected);
    });
  }
});

describe("outdated sidecars: workloads that somebody else looks after", () => {
  const pods = [pod("x", { ...old, owner: ["StatefulSet", "es"] })];
  const set = (metadata: object) => workload("StatefulSet", "es", {}, {}, metadata);
  const owned = { ownerReferences: controller("Elasticsearch", "es", "elasticsearch.k8s.elastic.co/v1") };
  const wish = (value: string) => ({ annotations: { "jam-istio/restart": value } });
  const controlled =
    "StatefulSet dev701/es: Elasticsearch es controls it and may undo a restart. Restart it by that, or, where it leaves " +
    'restarts alone, annotate it with jam-istio/restart: "true"';
  const optedOut = 'StatefulSet dev701/es: its annotation jam-istio/restart is "false"';

  for (const [title, metadata, left] of [
    ["one with a controller of its own is named", owned, [controlled]],
    ["one with a controller that leaves restarts alone restarts", { ...owned, ...wish("true") }, []],
    ["one that is not to be restarted is named", wish("false"), [optedOut]],
    ["the same with a controller", { ...owned, ...wish("false") }, [optedOut]],
  ] as const) {
    it(title, () => {
      const found = look([set(metadata)], pods);
      assert.deepEqual([found.restarts.length, found.notRestartable], [left.length === 0 ? 1 : 0, left]);
    });
  }
});

describe("outdated sidecars: Argo Rollouts", () => {
  const pods = [pod("x", { ...old, owner: ["ReplicaSet", "rs"] })];
  const ofRollout = { replicaSets: [replicaSet("rs", "web", "Rollout", "argoproj.io/v1alpha1")] };
  const web = (annotations: object, spec: object = {}, status: object = {}) =>
    workload("Rollout", "web", spec, status, { annotations });
  const restartOf = (one: Workload) =>
    look([one], pods, ofRollout).restarts.map(({ name, value, begun, downtime }) => [name, value, begun, downtime]);
  const at = "2026-11-26T07:00:00Z";
  const begun = { [restartAnnotation]: "1.30.3" };

  for (const [title, one, value, isBegun, down] of [
    ["restarts", web({}), "1.30.3", false, undefined],
    ["that an earlier run restarted is waited for", web(begun, { restartAt: at }), "1.30.3", true, undefined],
    [
      "that has done so and left a sidecar restarts once more",
      web(begun, { restartAt: at }, { restartedAt: at }),
      "1.30.3/2",
      false,
      undefined,
    ],
    [
      "of one replica is down for a moment",
      web({}, { replicas: 1 }),
      "1.30.3",
      false,
      "it has one replica, and Argo Rollouts ends it before the new one starts",
    ],
    [
      "that may end all at once is down for a moment",
      web({}, { strategy: { canary: { maxUnavailable: "100%" } } }),
      "1.30.3",
      false,
      "its maxUnavailable is 100%",
    ],
  ] as const) {
    it(`a Rollout ${title}`, () => {
      assert.deepEqual(restartOf(one), [["Rollout dev701/web", value, isBegun, down]]);
    });
  }

  it("that may not be read are named, and so are those whose kind is gone", () => {
    const left = (rollouts: readonly [] | undefined) => look([], pods, { ...ofRollout, rollouts }).notRestartable;
    assert.deepEqual(left(undefined), ["Pod dev701/x: its Rollout web may not be read (rollouts.argoproj.io)"]);
    assert.deepEqual(left([]), ["Pod dev701/x: its Rollout web cannot be restarted"]);
  });
});
