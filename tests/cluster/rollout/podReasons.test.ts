import assert from "node:assert/strict";
import { reasonOf } from "../../../cluster/client/errors";
import { whyNotReady } from "../../../cluster/rollout/podReasons";
import { dies, list, refusal, useApi } from "../../support/apiServer";
import { paths, pod } from "../support/objects";
import { template, workload } from "../../mesh/rollout/dataPlaneSupport";

// The statuses are written by hand, as a kubelet would write them; no kubelet runs here.

const pods = `GET ${paths.pods("dev701")}`;
const events = "GET /api/v1/namespaces/dev701/events";
const web = workload("Deployment", "web", {
  selector: { matchLabels: { app: "web", tier: "front" } },
  ...template({}),
});
const unready = (name: string, status: object = {}) => pod(name, { ready: false, status });
const container = (name: string, state: object, more: object = {}) => ({ name, ready: false, state, ...more });
const waiting = (reason: string) => ({ waiting: { reason } });
const exited = (exitCode: number) => ({ terminated: { exitCode } });

describe("why pods are not ready", () => {
  const api = useApi();
  const why = () => whyNotReady(api.cluster, web);

  for (const [name, status, text] of [
    [
      "a container waits",
      { containerStatuses: [container("app", waiting("ImagePullBackOff"))] },
      "container app: ImagePullBackOff",
    ],
    [
      "an init container waits, and the others for it",
      {
        initContainerStatuses: [container("istio-init", waiting("CrashLoopBackOff"))],
        containerStatuses: [container("app", waiting("PodInitializing"))],
      },
      "container istio-init: CrashLoopBackOff",
    ],
    [
      "a container ended",
      { containerStatuses: [container("app", exited(137))] },
      "container app ended with exit code 137",
    ],
    [
      "a container runs again after it ended",
      { containerStatuses: [container("app", { running: {} }, { lastState: exited(1) })] },
      "container app ended with exit code 1",
    ],
    [
      "an init container ended as it should",
      {
        initContainerStatuses: [container("istio-init", exited(0))],
        containerStatuses: [container("app", { running: {} }), container("istio-proxy", { running: {} })],
      },
      "not ready: container app, istio-proxy",
    ],
    [
      "no node takes it",
      { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", message: "0/3 nodes are available" }] },
      "0/3 nodes are available",
    ],
    ["nothing is known yet", { phase: "Pending" }, "Pending"],
    ["there is no status", { phase: undefined, conditions: undefined }, "unknown"],
  ] as const) {
    it(`${name}: ${text}`, async () => {
      api.answers = { [pods]: list(unready("web-1", status)), [events]: list() };
      assert.deepEqual(await why(), [`Pod web-1: ${text}`]);
    });
  }

  it("pods are asked for by the workload's labels, events by the pod's name; the last warning is told", async () => {
    const warned = (reason: string, type = "Warning") => ({ type, reason, message: `${reason} it is`, metadata: {} });
    api.answers = {
      [pods]: list(unready("web-1", { phase: "Pending" })),
      [events]: list(warned("Unhealthy"), warned("BackOff"), warned("Pulled", "Normal")),
    };
    assert.deepEqual(await why(), ["Pod web-1: Pending (BackOff: BackOff it is)"]);
    assert.deepEqual(api.asked, [
      `${pods}?labelSelector=app=web,tier=front`,
      `${events}?fieldSelector=involvedObject.name=web-1`,
    ]);
  });

  it("three are told at the most; those that are ready, done or leaving are none of them", async () => {
    const leaving = { metadata: { name: "web-9", namespace: "dev701", deletionTimestamp: "2026-01-01T00:00:00Z" } };
    const others = [pod("web-0"), unready("web-8", { phase: "Succeeded" }), leaving];
    const four = ["web-1", "web-2", "web-3", "web-4"].map((name) => unready(name));
    api.answers = { [pods]: list(...others, ...four), [events]: list() };
    assert.deepEqual(await why(), ["Pod web-1: Running", "Pod web-2: Running", "Pod web-3: Running"]);
  });

  it("where all are ready, or none is there, nothing is said", async () => {
    api.answers = { [pods]: list(pod("web-0")) };
    assert.deepEqual(await why(), []);
    api.answers = { [pods]: list() };
    assert.deepEqual(await why(), []);
  });

  it("pods that cannot be seen are an error", async () => {
    for (const [answer, reason] of [
      [403, /^not permitted \(HTTP 403\)$/],
      [404, /^HTTP 404$/],
      [dies, /socket hang up/],
    ] as const) {
      api.answers = { [pods]: answer };
      assert.match(reasonOf(await refusal(why())), reason);
    }
  });
});
