import assert from "node:assert/strict";
import { itFinds, object, only, pod } from "./support";

const fault = (end: string, metadata: object = {}) =>
  object(
    "VirtualService",
    "fault-service-web-0000abcd",
    { hosts: ["web"] },
    {
      labels: { "jam-istio/fault": "active" },
      annotations: {
        "jam-istio/drill": "dev701-0000abcd",
        "jam-istio/start": "2026-11-26T11:00:00Z",
        "jam-istio/end": end,
        "jam-istio/effect": "web answers 503 for every pod",
      },
      ...metadata,
    },
  );
const delayed = (rule: object) => object("VirtualService", "app", { hosts: ["www.example.com"], http: [rule] });
const running = (name: string, state: object) =>
  pod("ps", {
    status: {
      ephemeralContainerStatuses: [{ name, image: "x", imageID: "", ready: false, restartCount: 0, state }],
    },
  });

const marked = (until: string) => {
  const mark = JSON.stringify({ run: "x", until, level: "warning", loggers: {} });
  return pod("ps", { metadata: { name: "ps-1", namespace: "dev701", annotations: { "jam-istio/proxy-log": mark } } });
};

describe("doctor: leftovers", () => {
  itFinds([
    {
      title: "with its end",
      hit: "fault-active VirtualService dev701/fault-service-web-0000abcd",
      of: { virtualServices: [fault("2026-11-26T13:00:00Z")] },
      near: { virtualServices: [fault("none", { namespace: "other" })] },
    },
    {
      title: "its end is past",
      hit: "fault-expired VirtualService dev701/fault-service-web-0000abcd",
      of: { virtualServices: [fault("2026-11-26T11:30:00Z")] },
      near: { virtualServices: [] },
    },
    {
      title: "without this program's label",
      hit: "fault-foreign VirtualService dev701/app",
      of: { virtualServices: [delayed({ fault: { delay: { fixedDelay: "7s" } } })] },
      near: { virtualServices: [delayed({ timeout: "7s" })] },
    },
    {
      title: "in a proxy, its object gone",
      hit: "fault-stuck Pod dev701/ps-1",
      of: { stuckFaults: ["dev701/ps-1"] },
      near: { stuckFaults: [] },
    },
    {
      title: "of a running proxy",
      hit: "log-level Pod dev701/ps-1",
      of: { proxies: [{ pod: "dev701/ps-1", loggers: { admin: "warning", http: "debug" } }] },
      near: { proxies: [{ pod: "dev701/ps-1", loggers: { admin: "warning", misc: "error", http: "info" } }] },
    },
    {
      title: "by annotation",
      hit: "log-level Pod dev701/ps-1",
      of: {
        pods: [
          pod("ps", {
            metadata: { name: "ps-1", namespace: "dev701", annotations: { "sidecar.istio.io/logLevel": "trace" } },
          }),
        ],
      },
      near: {
        pods: [
          pod("ps", {
            metadata: { name: "ps-1", namespace: "dev701", annotations: { "sidecar.istio.io/logLevel": "info" } },
          }),
        ],
      },
    },
    {
      title: "that a killed run of proxy-log left",
      hit: "log-level Pod dev701/ps-1",
      of: { pods: [marked("2026-11-26T11:00:00Z")], proxies: [{ pod: "dev701/ps-1", loggers: { http: "debug" } }] },
      near: { pods: [marked("2026-11-26T13:00:00Z")] },
    },
    {
      title: "of ksniff",
      hit: "capture-left Pod other/ksniff-abcd",
      of: {
        pods: [
          pod("x", {
            proxy: undefined,
            metadata: { name: "ksniff-abcd", namespace: "other", labels: { app: "ksniff" } },
          }),
        ],
      },
      near: {
        pods: [pod("x", { namespace: "other", labels: { app: "ksniff" }, status: { phase: "Succeeded" } })],
      },
    },
    {
      title: "an ephemeral container that runs",
      hit: "capture-left Pod dev701/ps-1",
      of: { pods: [running("debugger-x", { running: {} })] },
      near: { pods: [running("debugger-x", { terminated: { exitCode: 0 } })] },
    },
    {
      title: "past its sidecar",
      hit: "runs-as-proxy Pod dev701/ps-1",
      of: { pods: [pod("ps", { container: { securityContext: { runAsUser: 1337 } } })] },
      near: { pods: [pod("ps", { container: { securityContext: { runAsUser: 1000 } } })] },
    },
  ]);

  it("our own pod that captures is somebody's until its end, and left after it", () => {
    const capture = (until: string) =>
      pod("x", {
        proxy: undefined,
        metadata: {
          name: "jam-capture-1",
          namespace: "kube-system",
          labels: { "jam-istio/capture": "run" },
          annotations: { "jam-istio/until": until },
        },
      });
    const now = only({ pods: [capture("2026-11-26T13:00:00Z")] });
    assert.deepEqual([now.code, now.severity, now.remedy], ["capture-left", "info", "wait for it to end"]);
    const left = only({ pods: [capture("2026-11-26T11:00:00Z")] });
    assert.deepEqual([left.severity, left.remedy], ["warning", "npx jam-istio capture --clean"]);
  });

  it("a pod of kubectl debug on a node is left, whether it runs or not; our own ephemeral containers end by themselves", () => {
    const name = "node-debugger-ip-10-0-0-1-abcde";
    const node = pod("x", {
      proxy: undefined,
      metadata: { name, namespace: "default" },
      status: { phase: "Succeeded" },
    });
    assert.equal(only({ pods: [node] }).remedy, `kubectl -n default delete pod ${name}`);
    for (const own of ["jam-capture", "jam-istio-why-1", "jam-istio-past-2"])
      assert.equal(only({ pods: [running(own, { running: {} })] }).severity, "info");
  });

  it("who reads a log at this moment is said, and is nothing to do", () => {
    const loggers = { http: "debug", admin: "warning" };
    const now = only({ pods: [marked("2026-11-26T13:00:00Z")], proxies: [{ pod: "dev701/ps-1", loggers }] });
    assert.deepEqual([now.severity, now.evidence], ["info", "1 of 2 loggers: http: debug"]);
    const left = only({ pods: [marked("2026-11-26T11:00:00Z")], proxies: [{ pod: "dev701/ps-1", loggers }] });
    assert.equal(left.remedy, "npx jam-istio proxy-log ps-1 --reset --namespace dev701");
  });

  it("a fault says what it does, and how it ends", () => {
    const { sentence, remedy, evidence } = only({ virtualServices: [fault("none")] });
    assert.equal(sentence, "web answers 503 for every pod, on purpose");
    assert.equal(evidence, "drill dev701-0000abcd, since 2026-11-26T11:00:00Z, end none");
    assert.equal(remedy, "kubectl delete virtualservices.networking.istio.io -n dev701 -l jam-istio/fault");
  });
});
