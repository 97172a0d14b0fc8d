import assert from "node:assert/strict";
import { ClusterUnreachable } from "../../../cluster/client/errors";
import { hangs, refusal, useApi } from "../../support/apiServer";
import { useClock } from "../support/clock";
import { useForwarding, type PodAnswer } from "../support/forwarding";

// The API server's half is a stand-in; that a real one forwards like this is shown by tests/dataplane/commands.test.ts.

describe("a server on a pod's loopback", () => {
  const api = useApi();
  const clock = useClock();
  const forwarding = useForwarding(api);
  const ask = (answer?: (path: string) => PodAnswer) => {
    if (answer !== undefined) forwarding.pods.set("web-1", answer);
    return api.cluster.askPod({ namespace: "dev701", pod: "web-1", port: 15000, path: "/stats?usedonly" });
  };

  it("is asked for a path, and its answer is put together", async () => {
    const text = `${"é".repeat(5000)}\n`;
    assert.equal(await ask((path) => (path === "/stats?usedonly" ? text : 404)), text);
    assert.deepEqual(forwarding.asked, ["/api/v1/namespaces/dev701/pods/web-1/portforward?ports=15000"]);
  });

  it("may have nothing to say", async () => {
    assert.equal(await ask(() => ""), "");
  });

  it("is asked several things over one connection, one after the other", async () => {
    forwarding.pods.set("web-1", (path) => `of ${path}`);
    const server = { namespace: "dev701", pod: "web-1", port: 15000 };
    const texts = await api.cluster.askPodEach(server, [{ path: "/logging", method: "POST" }, { path: "/stats" }]);
    assert.deepEqual(texts, ["of /logging", "of /stats"]);
    assert.equal(forwarding.asked.length, 1);
  });

  it("says no to several things where it says no to one of them", async () => {
    forwarding.pods.set("web-1", (path) => (path === "/logging" ? 404 : "ok"));
    const server = { namespace: "dev701", pod: "web-1", port: 15000 };
    const error = await refusal(api.cluster.askPodEach(server, [{ path: "/logging" }, { path: "/stats" }]));
    assert.ok(error instanceof ClusterUnreachable);
    assert.equal(error.message, "it answered 404");
  });

  const silent = () => {
    clock.pass(12);
    return hangs;
  };
  for (const [name, answer, reason] of [
    ["says no", () => 503, "it answered 503"],
    ["is not listening", () => ({ refusal: "connection refused\n" }), "connection refused"],
    ["is silent", silent, "no answer within 12 s"],
    ["is of a pod that is gone", undefined, "Unexpected server response: 404"],
  ] as const) {
    it(`that ${name} is told in one line, as one that gives no answer`, async () => {
      const error = await refusal(ask(answer));
      assert.ok(error instanceof ClusterUnreachable);
      assert.equal(error.message, reason);
    });
  }

  it("leaves no connection open, whatever it answered", async () => {
    const connections = () =>
      new Promise<number>((resolve) => {
        setImmediate(() => {
          api.http.getConnections((_, count) => {
            resolve(count);
          });
        });
      });
    for (const answer of ["ok", 503]) await refusal(ask(() => answer));
    let left = await connections();
    for (let turn = 0; left !== 0 && turn < 10_000; turn++) left = await connections();
    assert.equal(left, 0);
  });
});
