import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import { captureCommand, captureImage, containerId, findHolder } from "../../../mesh/capture/captureObjects";
import { captureLeftovers, leftoverText } from "../../../mesh/capture/leftovers";

const now = Date.parse("2026-11-26T10:00:00Z");
const wish = { device: "any", seconds: 60 };
const proxy = (image: string): V1Pod => ({ spec: { containers: [{ name: "istio-proxy", image }] } });
const holding = (...started: readonly string[]): V1Pod => {
  const name = (at: number) => (at === 0 ? "jam-capture" : `jam-capture-${String(at + 1)}`);
  const common = { image: "a", imageID: "", ready: true, restartCount: 0 };
  return {
    metadata: { name: "web-1", namespace: "dev701" },
    spec: { containers: [], ephemeralContainers: started.map((_, at) => ({ name: name(at) })) },
    status: {
      ephemeralContainerStatuses: started.map((time, at) => ({
        ...common,
        name: name(at),
        state: time === "" ? { terminated: { exitCode: 0 } } : { running: { startedAt: new Date(time) } },
      })),
    },
  };
};

describe("what captures", () => {
  it("is the proxy's own image, where it has tcpdump, or what a person names", () => {
    assert.equal(captureImage(proxy("hub/proxyv2:1.30.3"), undefined), "hub/proxyv2:1.30.3");
    assert.equal(captureImage(proxy("hub/proxyv2:1.30.3-distroless"), undefined), "hub/proxyv2:1.30.3");
    assert.equal(captureImage(proxy("hub/proxyv2:1.30.3"), "netshoot:1"), "netshoot:1");
    assert.equal(captureImage({ spec: { containers: [] } }, undefined), undefined);
  });

  it("is one container of the pod, again and again while it lasts long enough", () => {
    assert.deepEqual(findHolder(holding(), 60, now), { next: "jam-capture" });
    assert.equal(findHolder(holding("2026-11-26T09:00:00Z"), 60, now).running, "jam-capture");
    assert.deepEqual(findHolder(holding("2026-11-26T09:00:00Z"), 3600, now), { next: "jam-capture-2" });
    assert.deepEqual(findHolder(holding("", ""), 60, now), { next: "jam-capture-3" });
  });

  it("takes a filter as one expression, never as options, and leaves out itself on the node's network", () => {
    assert.deepEqual(captureCommand({}, { ...wish, filter: "-w /x" }, "r").slice(-3), ["-", "--", "-w /x"]);
    assert.deepEqual(captureCommand({}, wish, "r").slice(-2), ["-w", "-"]);
    const onNode: V1Pod = { spec: { containers: [], hostNetwork: true } };
    assert.equal(captureCommand(onNode, { ...wish, filter: "a or b" }, "r").at(-1), "(a or b) and (not port 10250)");
    assert.equal(captureCommand(onNode, wish, "r").at(-1), "not port 10250");
  });

  it("finds a pod's processes by the ID of a container that runs", () => {
    const common = { image: "a", imageID: "", ready: true, restartCount: 0, name: "a" };
    const statuses = [
      { ...common, containerID: "containerd://dead", state: { terminated: { exitCode: 1 } } },
      { ...common, containerID: "containerd://beef", state: { running: {} } },
    ];
    assert.equal(containerId({ status: { containerStatuses: statuses } }), "beef");
    assert.equal(containerId({}), undefined);
  });
});

describe("what captures leave", () => {
  const pod = (name: string, labels: Record<string, string> = {}, until?: string): V1Pod => ({
    metadata: {
      name,
      namespace: "n",
      labels,
      ...(until === undefined ? {} : { annotations: { "jam-istio/until": until } }),
    },
  });
  for (const [name, one, text, isOver] of [
    ["our pod at work", pod("a", { "jam-istio/capture": "r" }, "2026-11-26T10:01:00Z"), "pod n/a (jam-istio)", false],
    [
      "our pod that was left",
      pod("a", { "jam-istio/capture": "r" }, "2026-11-26T09:00:00Z"),
      "pod n/a (jam-istio)",
      true,
    ],
    ["ksniff's", pod("ksniff-x", { app: "ksniff" }), "pod n/ksniff-x (ksniff)", false],
    ["kubectl debug's on a node", pod("node-debugger-n1-x"), "pod n/node-debugger-n1-x (kubectl debug)", false],
    [
      "our container",
      holding("2026-11-26T09:00:00Z"),
      "ephemeral container jam-capture in dev701/web-1 (jam-istio)",
      false,
    ],
  ] as const) {
    it(`is ${name}`, () => {
      const found = captureLeftovers([one], now);
      assert.deepEqual(
        found.map((left) => [leftoverText(left), left.isOver]),
        [[text, isOver]],
      );
    });
  }

  it("is nothing else: no other pod, and no container that has ended", () => {
    assert.deepEqual(captureLeftovers([pod("web", { app: "web" }), holding("")], now), []);
  });
});
