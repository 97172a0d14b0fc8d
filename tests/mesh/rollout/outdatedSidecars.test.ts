import assert from "node:assert/strict";
import { restartAnnotation } from "../../../mesh/rollout/outdatedSidecars";
import { pod, template, workload } from "./dataPlaneSupport";
import { proxy, old, options, look, ps, ofPs, sets } from "./lookSupport";

describe("outdated sidecars: what is outdated", () => {
  for (const [title, data, outdated] of [
    ["a sidecar of another version", old, true],
    ["one that is an init container", { ...old, native: true }, true],
    ["an image variant of the version", { image: proxy("1.30.3-distroless") }, false],
    ["the version", { image: proxy("1.30.3") }, false],
    ["the version, of another revision", { image: proxy("1.30.3"), revision: "canary" }, true],
    ["no sidecar", {}, false],
    ["an image without a version", { image: "mirror/proxy:latest" }, false],
    ["an image that the pod chose", { ...old, annotations: { "sidecar.istio.io/proxyImage": "x:1" } }, false],
    ["a pod that asks for another revision by its label", { ...old, labels: { "istio.io/rev": "blue" } }, false],
    ["ztunnel, whose container has the name", { image: "docker.io/istio/ztunnel:1.29.6" }, false],
    ["a pod that is done", { ...old, phase: "Succeeded" }, false],
  ] as const) {
    it(`${title}: ${outdated ? "restart" : "left alone"}`, () => {
      const { restarts, notRestartable: left } = look([ps], [pod("ps-1", { ...data, ...ofPs })], sets);
      assert.deepEqual(
        restarts.map(({ name }) => name),
        outdated ? ["Deployment dev701/ps"] : [],
      );
      assert.deepEqual(left, []);
    });
  }

  it("proxies are counted by version, of both kinds", () => {
    const pods = [pod("a", old), pod("b", { ...old, native: true }), pod("c", { image: proxy("1.30.3") }), pod("d")];
    assert.deepEqual(look([], pods).proxies, { "1.29.6": 2, "1.30.3": 1 });
  });

  it("a workload of many pods restarts once; workloads come in the order of their names", () => {
    const set = workload("StatefulSet", "memcached");
    const pods = ["1", "2"].flatMap((n) => [
      pod(`m-${n}`, { ...old, owner: ["StatefulSet", "memcached"] }),
      pod(`ps-${n}`, { ...old, ...ofPs }),
    ]);
    const names = look([set, ps], pods, sets).restarts.map(({ name }) => name);
    assert.deepEqual(names, ["Deployment dev701/ps", "StatefulSet dev701/memcached"]);
  });
});

describe("outdated sidecars: what no restart replaces", () => {
  const daemon = workload("DaemonSet", "agent");
  for (const [title, workloads, owner, line] of [
    ["a bare pod", [], undefined, "Pod dev701/x: it has no controller"],
    ["a Job's pod", [], ["Job", "import"], "Pod dev701/x: its Job import cannot be restarted"],
    [
      "a paused Deployment",
      [workload("Deployment", "ps", { paused: true })],
      ["ReplicaSet", "rs"],
      "Deployment dev701/ps: it is paused",
    ],
    ["a DaemonSet", [daemon], ["DaemonSet", "agent"], "DaemonSet dev701/agent: rollout.daemonSets is false"],
  ] as const) {
    it(`${title} is named`, () => {
      const { restarts, notRestartable: left } = look(workloads, [pod("x", { ...old, ...(owner && { owner }) })], sets);
      assert.deepEqual([restarts, left], [[], [line]]);
    });
  }

  it("a DaemonSet that starts the new pod before the old one ends is not down", () => {
    const surge = workload("DaemonSet", "agent", { updateStrategy: { rollingUpdate: { maxSurge: 1 } } });
    const pods = [pod("x", { ...old, owner: ["DaemonSet", "agent"] })];
    const { restarts } = look([surge], pods, {}, { ...options, daemonSets: true });
    assert.deepEqual(
      restarts.map(({ name, downtime }) => [name, downtime]),
      [["DaemonSet dev701/agent", undefined]],
    );
  });

  it("a DaemonSet restarts on request, and is told to be down for a moment", () => {
    const pods = [pod("x", { ...old, owner: ["DaemonSet", "agent"] })];
    const { restarts, notRestartable: left } = look([daemon], pods, {}, { ...options, daemonSets: true });
    assert.deepEqual(left, []);
    assert.deepEqual(
      restarts.map(({ name, downtime }) => [name, downtime]),
      [["DaemonSet dev701/agent", "each node is without its pod for a moment"]],
    );
  });
});

describe("outdated sidecars: the value of a restart", () => {
  const value = (annotation: string | undefined, status = {}, asked = options) => {
    const spec = template(annotation === undefined ? {} : { [restartAnnotation]: annotation });
    const { restarts } = look(
      [workload("Deployment", "ps", spec, status)],
      [pod("x", { ...old, ...ofPs })],
      sets,
      asked,
    );
    return restarts.map((one) => [one.value, one.begun]);
  };

  for (const [title, annotation, status, expected] of [
    ["the version", undefined, {}, ["1.30.3", false]],
    ["the version, after a restart for another", "1.29.6", {}, ["1.30.3", false]],
    [
      "the same, only to be waited for, while an earlier run's restart is under way",
      "1.30.3",
      { updatedReplicas: 1 },
      ["1.30.3", true],
    ],
    ["a new one where a finished restart left a sidecar behind", "1.30.3", {}, ["1.30.3/2", false]],
    ["and once more", "1.30.3/2", {}, ["1.30.3/3", false]],
  ] as const) {
    it(`is ${title}`, () => {
      assert.deepEqual(value(annotation, status), [expected]);
    });
  }

  it("names the revision, so that a move to another one of the same version restarts, too", () => {
    assert.deepEqual(value("1.30.3", {}, { ...options, revision: "canary" }), [["1.30.3@canary", false]]);
  });
});
