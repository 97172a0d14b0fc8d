import assert from "node:assert/strict";
import { restartOnDemand } from "../../../mesh/rollout/onDemand";
import { objects, pod, workload } from "./dataPlaneSupport";
import { ofPs, old, ps, sets } from "./lookSupport";

const moment = "2026-11-26T12:00:00.000Z";
const set = workload("StatefulSet", "memcached", { replicas: 1 });
const bare = workload("Deployment", "bare");
const pods = [pod("ps-1", { ...old, ...ofPs }), pod("m-1", { ...old, owner: ["StatefulSet", "memcached"] })];
const all = objects([ps, set, bare], { pods, ...sets });
const names = (asked?: string) => restartOnDemand(all, asked, moment).restarts.map(({ name }) => name);

describe("restart on demand", () => {
  it("takes every workload that has a pod with a proxy, whatever its version", () => {
    assert.deepEqual(names(), ["Deployment dev701/ps", "StatefulSet dev701/memcached"]);
  });

  it("takes one by its name, with or without its kind, also without a proxy", () => {
    assert.deepEqual(
      [names("ps"), names("statefulset/memcached"), names("bare"), names("deployment/memcached"), names("p")],
      [["Deployment dev701/ps"], ["StatefulSet dev701/memcached"], ["Deployment dev701/bare"], [], []],
    );
  });

  it("says of each what cannot be restarted, and what may be down for a moment", () => {
    const paused = workload("Deployment", "paused", { paused: true });
    const plan = restartOnDemand(objects([paused], {}), "paused", moment);
    assert.deepEqual([plan.restarts, plan.left], [[], ["Deployment dev701/paused: it is paused"]]);
    const [one] = restartOnDemand(all, "memcached", moment).restarts;
    assert.equal(one?.downtime, "it has one replica");
  });

  it("says of one that may have fewer pods ready than its budget wants: a rolling update heeds none", () => {
    const labels = { app: "web" };
    const template = { metadata: { labels } };
    const note = (kind: "Deployment" | "StatefulSet", spec: object, budget: object) => {
      const one = workload(kind, "web", { replicas: 3, template, ...spec });
      const budgets = [{ spec: { selector: { matchLabels: labels }, ...budget } }];
      return restartOnDemand({ ...objects([one], {}), budgets }, "web", moment).restarts[0]?.belowBudget;
    };
    const text = (ready: number, wanted: number) =>
      `${String(ready)} of 3 may be ready, and its PodDisruptionBudget wants ${String(wanted)}`;
    const away = { strategy: { rollingUpdate: { maxUnavailable: 2 } } };
    assert.deepEqual(
      [
        note("Deployment", {}, { minAvailable: 3 }),
        note("Deployment", away, { minAvailable: 1 }),
        note("Deployment", away, { minAvailable: "50%" }),
        note("Deployment", away, { maxUnavailable: 1 }),
        note("StatefulSet", {}, { maxUnavailable: 1 }),
        note("StatefulSet", {}, { maxUnavailable: 0 }),
      ],
      [undefined, undefined, text(1, 2), text(1, 2), undefined, text(2, 3)],
    );
  });

  it("restarts what a rollout restarted before: the value is one that it never had", () => {
    const [one] = restartOnDemand(all, "ps", moment).restarts;
    assert.deepEqual([one?.value, one?.begun], [`by-hand/${moment}`, false]);
  });
});
