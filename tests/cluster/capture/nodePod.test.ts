// A capture on a Kubernetes that has no ephemeral containers, against a stand-in for the API server; what the pod's command does on a
// node is not shown.
import type { V1Pod } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { runCapture, type CaptureTask } from "../../../cluster/capture/runCapture";
import type { CommandEnd, ContainerCommand } from "../../../cluster/client/exec";
import { ClusterUnreachable } from "../../../cluster/client/errors";
import { failure, refusal, useApi } from "../../support/apiServer";

const target = {
  metadata: { name: "web-1", namespace: "dev701", uid: "u1" },
  spec: { nodeName: "node-1", containers: [{ name: "app" }, { name: "istio-proxy", image: "istio/proxyv2:1.4.6" }] },
  status: { containerStatuses: [{ name: "app", containerID: "docker://4f5e", state: { running: {} } }] },
} as unknown as V1Pod;

/** The head of a capture file without a packet. */
const head = Buffer.from("d4c3b2a1020004000000000000000000ffff000001000000", "hex");

describe("a capture before Kubernetes 1.23", () => {
  const api = useApi();
  const pods = "/api/v1/namespaces/kube-system/pods";
  let executed: ContainerCommand[] = [];
  const capture = (exec: (asked: ContainerCommand) => Promise<CommandEnd>, more: Partial<CaptureTask> = {}) => {
    const said: string[] = [];
    executed = [];
    const cluster = {
      ...api.cluster,
      exec: (asked: ContainerCommand) => {
        executed.push(asked);
        return exec(asked);
      },
    };
    const task = {
      ...{ pod: target, image: "istio/proxyv2:1.4.6", device: "lo", seconds: 30, tick: () => undefined },
      output: new Writable({
        write: (_part, _encoding, done) => {
          done();
        },
      }),
      say: (line: string) => said.push(line),
      signal: new AbortController().signal,
      ...more,
    };
    return runCapture(cluster, task);
  };
  const ended = (asked: ContainerCommand) => {
    asked.stdout?.write(head);
    return Promise.resolve({ code: 124, stdout: "", stderr: "0 packets dropped by kernel" });
  };
  /** Requests that change something: method and path, without the run's number. */
  const changes = () =>
    api.asked
      .filter((line) => !line.startsWith("GET "))
      .map((line) => line.replace(/jam-capture-[0-9a-f]{8}.*/, "jam-capture-…").split(" {")[0] ?? "");

  beforeEach(() => {
    const resources = [
      { name: "pods", kind: "Pod" },
      // As it is where somebody switched the alpha feature on.
      { name: "pods/ephemeralcontainers", kind: "EphemeralContainers" },
    ];
    const running = { status: { containerStatuses: [{ name: "capture", state: { running: {} } }] } };
    api.answers = { "GET /api/v1": { resources }, [`POST ${pods}`]: {} };
    // Of whatever name.
    api.answers = new Proxy(api.answers, {
      get: (known, key: string) =>
        known[key] ??
        (key.startsWith(`GET ${pods}/jam-capture-`)
          ? running
          : key.startsWith(`DELETE ${pods}/jam-capture-`)
            ? {}
            : undefined),
    });
  });

  it("is done by a privileged pod on the same node, which ends by itself and is removed", async () => {
    assert.deepEqual(await capture(ended), { end: "time", packets: 0, dropped: 0 });
    assert.deepEqual(changes(), [`POST ${pods}`, `DELETE ${pods}/jam-capture-…`]);
    const made = JSON.parse(
      (api.asked.find((line) => line.startsWith("POST")) ?? "").replace(/^\S+ \S+ /, ""),
    ) as V1Pod;
    const { nodeName, hostPID, activeDeadlineSeconds, restartPolicy, containers } = made.spec ?? { containers: [] };
    assert.deepEqual([nodeName, hostPID, activeDeadlineSeconds, restartPolicy], ["node-1", true, 270, "Never"]);
    assert.equal(containers[0]?.securityContext?.privileged, true);
    const [asked] = executed;
    assert.deepEqual([asked?.namespace, asked?.container], ["kube-system", "capture"]);
    assert.ok(asked !== undefined && asked.command.includes("4f5e"), "its processes are found by the container's id");
    assert.match(asked.command.join(" "), /nsenter -t "\$pid" -n/);
  });

  it("is removed as well when the connection breaks, or tcpdump refuses", async () => {
    const broken = await capture(() => Promise.reject(new ClusterUnreachable("the connection ended")));
    assert.deepEqual([broken.end, broken.why], ["broken", "the connection ended"]);
    assert.deepEqual(changes(), [`POST ${pods}`, `DELETE ${pods}/jam-capture-…`]);
    api.asked.length = 0;
    const wrong = capture(() =>
      Promise.resolve({ code: 1, stdout: "", stderr: "tcpdump: eth7: No such device exists" }),
    );
    assert.match(String(await refusal(wrong)), /eth7: No such device exists/);
    assert.deepEqual(changes(), [`POST ${pods}`, `DELETE ${pods}/jam-capture-…`]);
  });

  it("over, or stopped, before tcpdump sent the head of a file is none: nobody could open that", async () => {
    const late = () => Promise.resolve({ code: 124, stdout: "", stderr: "" });
    assert.match(String(await refusal(capture(late))), /tcpdump had not begun when its 30 s were over/);
    const stop = new AbortController();
    const stopped = () => {
      stop.abort();
      return Promise.resolve({ code: 143, stdout: "", stderr: "" });
    };
    assert.equal(String(await refusal(capture(stopped, { signal: stop.signal }))), "Error: stopped by hand");
    assert.equal(changes().filter((line) => line.startsWith("DELETE")).length, 2);
  });

  it("whose packets cannot be written ends with the reason, and tcpdump is told to end", async () => {
    const full = new Writable({
      highWaterMark: 1,
      write: (_part, _encoding, done) => {
        setImmediate(done, new Error("ENOSPC: no space left on device"));
      },
    });
    full.on("error", () => undefined);
    const report = await capture(
      ({ stdout, signal }) => {
        if (stdout === undefined) return Promise.resolve({ code: 0, stdout: "", stderr: "" });
        stdout.write(head);
        return new Promise((_resolve, reject) => {
          signal?.addEventListener("abort", () => {
            reject(new ClusterUnreachable("left to itself"));
          });
        });
      },
      { output: full },
    );
    assert.deepEqual([report.end, report.why], ["broken", "ENOSPC: no space left on device"]);
    assert.equal(executed.length, 2);
    assert.deepEqual(changes(), [`POST ${pods}`, `DELETE ${pods}/jam-capture-…`]);
  });

  it("stopped while its pod starts: it is removed, and nothing was run in it", async () => {
    const stop = new AbortController();
    const slow = { status: { containerStatuses: [{ state: { waiting: { reason: "ContainerCreating" } } }] } };
    const known = api.answers;
    api.answers = new Proxy(known, {
      get: (_target, key: string) => {
        if (!key.startsWith(`GET ${pods}/jam-capture-`)) return known[key];
        stop.abort();
        return slow;
      },
    });
    assert.equal(String(await refusal(capture(ended, { signal: stop.signal }))), "Error: stopped by hand");
    assert.deepEqual(changes(), [`POST ${pods}`, `DELETE ${pods}/jam-capture-…`]);
    assert.deepEqual(executed, []);
  });

  it("a policy that forbids such a pod is said in its words", async () => {
    api.answers = {
      "GET /api/v1": { resources: [] },
      [`POST ${pods}`]: failure(403, 'pods "jam" is forbidden: PodSecurityPolicy: unable to admit pod: Privileged'),
    };
    assert.match(
      String(await refusal(capture(ended))),
      /the cluster's own setting of Pod Security forbids it \(.*unable to admit pod/,
    );
  });

  it("no container that runs: nothing is made", async () => {
    const bare = { metadata: target.metadata, spec: target.spec } as unknown as V1Pod;
    assert.equal(String(await refusal(capture(ended, { pod: bare }))), "Error: none of its containers runs");
    assert.deepEqual(changes(), []);
  });
});
