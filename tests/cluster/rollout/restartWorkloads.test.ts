// The rollout's own decisions against a stand-in for the API server; that Kubernetes restarts pods is shown end to end.
import assert from "node:assert/strict";
import { ClusterUnreachable } from "../../../cluster/client/errors";
import type { Cluster } from "../../../cluster/client/kubernetesClient";
import { restartWorkloads } from "../../../cluster/rollout/restartWorkloads";
import { restartAnnotation, type Restart } from "../../../mesh/rollout/outdatedSidecars";
import { nameOf, type ArgoRollout, type Workload } from "../../../mesh/rollout/workloads";
import { workload } from "../../mesh/rollout/dataPlaneSupport";
import { useClock } from "../support/clock";

/** Answers as the API server would; a workload named in `broken` never gets its last pod ready. */
class Stand {
  public readonly patched: string[] = [];
  public most = 0;
  private running = 0;
  private readonly looks = new Map<string, number>();

  public constructor(private readonly broken: readonly string[] = []) {}

  public readonly cluster = {
    send: (method: string, path: string, more?: { readonly body?: object }) => {
      const name = path.split("/").at(-1) ?? "";
      if (method === "PATCH") {
        this.patched.push(`${name} ${JSON.stringify(more?.body)}`);
        this.most = Math.max(this.most, ++this.running);
      }
      const turn = (this.looks.get(name) ?? 0) + 1;
      this.looks.set(name, turn);
      const late = { conditions: [{ type: "Progressing", reason: "ProgressDeadlineExceeded", message: "too late" }] };
      const status =
        turn < 3 ? { updatedReplicas: 1 } : this.broken.includes(name) ? { updatedReplicas: 1, ...late } : {};
      if (turn === 3) this.running -= 1;
      return Promise.resolve(JSON.stringify(workload("Deployment", name, {}, status).object));
    },
    core: { listNamespacedPod: () => Promise.resolve({ items: [] }) },
  } as unknown as Cluster;
}

const restart = (name: string, begun = false): Restart => {
  const one: Workload = workload("Deployment", name);
  return { workload: one, name: nameOf(one), value: "1.30.3", begun };
};
const names = (count: number) => Array.from({ length: count }, (_, at) => `w${String(at)}`);

describe("restartWorkloads", () => {
  const roll = async (stand: Pick<Stand, "cluster">, restarts: readonly Restart[], parallel = 2, stopAt?: string) => {
    const lines: string[] = [];
    const stop = new AbortController();
    const log = (line: string) => {
      lines.push(line);
      if (line === stopAt) stop.abort();
    };
    const options = { parallel, timeoutSeconds: 600, log, stop: stop.signal };
    const error = await restartWorkloads(stand.cluster, restarts, options).then(
      () => "",
      (reason: unknown) => (reason instanceof Error ? reason.message : ""),
    );
    return { lines, error };
  };

  it("restarts each once, no more at a time than asked, and says how far it is", async () => {
    const stand = new Stand();
    const { lines, error } = await roll(
      stand,
      names(5).map((name) => restart(name)),
    );
    assert.equal(error, "");
    assert.equal(stand.patched.length, 5);
    assert.equal(stand.most, 2);
    assert.equal(lines.at(-1)?.replace(/w\d/, "w"), "Deployment dev701/w: 2 of 2 ready (5 of 5 workloads)");
    const body = { spec: { template: { metadata: { annotations: { [restartAnnotation]: "1.30.3" } } } } };
    assert.ok(stand.patched.includes(`w0 ${JSON.stringify(body)}`));
  });

  it("one that an earlier run restarted is waited for, not restarted", async () => {
    const stand = new Stand();
    const { lines } = await roll(stand, [restart("w0", true)]);
    assert.deepEqual(stand.patched, []);
    assert.equal(lines[0], "Deployment dev701/w0: was restarted by an earlier run");
  });

  describe("while the API server is away", () => {
    const clock = useClock();

    /** An API server that is away again and again, each time for so many seconds. */
    const away = (stand: Stand, seconds: number, times: number) => {
      let [turn, until] = [0, 0];
      const send = (...[method, path, more]: Parameters<Stand["cluster"]["send"]>) => {
        if (method === "GET" && clock.slept() < until) return Promise.reject(new ClusterUnreachable("ECONNREFUSED"));
        if (method === "GET" && turn++ < times) until = clock.slept() + seconds;
        return stand.cluster.send(method, path, more);
      };
      return { cluster: { ...stand.cluster, send } };
    };

    it("goes on where the API server is away, again and again, for less than a minute each time", async () => {
      const begun = { ...restart("w0", true), workload: workload("Deployment", "w0", {}, { updatedReplicas: 1 }) };
      const { error } = await roll(away(new Stand(), 40, 2), [begun]);
      assert.equal(error, "");
      assert.ok(clock.slept() > 80, String(clock.slept()));
    });

    it("gives up where it stays away", async () => {
      const { error } = await roll(away(new Stand(), 600, 1), [restart("w0")]);
      assert.match(error, /ECONNREFUSED/);
      assert.ok(clock.slept() > 60 && clock.slept() < 62, String(clock.slept()));
    });
  });

  it("after a failure none is begun any more; what failed, and how much is left, is said", async () => {
    const stand = new Stand(["w0"]);
    const { error } = await roll(
      stand,
      names(4).map((name) => restart(name)),
      1,
    );
    assert.equal(stand.patched.length, 1);
    assert.equal(
      error,
      "the rollout stopped: Deployment dev701/w0: too late (1 of 2 ready). 0 workloads are done, 3 were not begun " +
        "(Deployment dev701/w1, Deployment dev701/w2, Deployment dev701/w3); fix it, then run up again: it goes on where it stopped",
    );
  });

  it("told to stop it begins none any more, waits for those that are begun, and names the others", async () => {
    const stand = new Stand();
    const all = names(4).map((name) => restart(name));
    const { error, lines } = await roll(stand, all, 2, "Deployment dev701/w1: restarting");
    assert.equal(stand.patched.length, 2);
    assert.equal(lines.filter((line) => line.includes(": 2 of 2 ready")).length, 2);
    assert.match(
      error,
      /^the rollout was stopped by hand\. 2 workloads are done, 2 were not begun \(Deployment dev701\/w2, Deployment dev701\/w3\); /,
    );
    const late = await roll(new Stand(), all.slice(0, 2), 2, "Deployment dev701/w1: restarting");
    assert.equal(late.error, "");
  });

  describe("one that an earlier run restarted, and that Kubernetes had given up", () => {
    const clock = useClock();
    const late = (minute: number) => ({
      updatedReplicas: 1,
      conditions: [
        {
          ...{ type: "Progressing", reason: "ProgressDeadlineExceeded", message: "too late" },
          lastUpdateTime: `2026-11-26T07:0${String(minute)}:00Z`,
        },
      ],
    });
    const ps = (status: object) => workload("Deployment", "ps", { progressDeadlineSeconds: 30 }, status);
    const begun = { workload: ps(late(1)), name: "Deployment dev701/ps", value: "1.30.3", begun: true };
    const rollTo = async (...statuses: readonly object[]) => {
      const left = [...statuses];
      const send = () => Promise.resolve(JSON.stringify(ps((left.length > 1 ? left.shift() : left[0]) ?? {}).object));
      const core = { listNamespacedPod: () => Promise.resolve({ items: [] }) };
      return roll({ cluster: { send, core } as unknown as Cluster }, [begun]);
    };

    it("gets its time: it fails no more for what was said before", async () => {
      assert.equal((await rollTo(late(1), late(1), {})).error, "");
    });

    it("fails when it is said anew", async () => {
      assert.match((await rollTo(late(1), late(1), late(2))).error, /Deployment dev701\/ps: too late \(1 of 2 ready\)/);
      assert.ok(clock.slept() < 5);
    });

    it("fails when it is as before after its deadline", async () => {
      assert.match((await rollTo(late(1))).error, /Deployment dev701\/ps: too late \(1 of 2 ready\)/);
      assert.ok(clock.slept() >= 30 && clock.slept() < 32, String(clock.slept()));
    });
  });

  it("a Rollout of Argo restarts by restartAt; its template stays, and it is done when its controller says so", async () => {
    const sent: string[] = [];
    let asked: ArgoRollout = {};
    const send = (method: string, path: string, more?: { readonly body?: ArgoRollout }) => {
      sent.push(`${method} ${path}`);
      asked = more?.body ?? asked;
      const restartAt = asked.spec?.restartAt;
      const restartedAt = sent.length > 3 ? restartAt : undefined;
      return Promise.resolve(JSON.stringify(workload("Rollout", "web", { restartAt }, { restartedAt }).object));
    };
    const rollout = workload("Rollout", "web");
    const one = { workload: rollout, name: nameOf(rollout), value: "1.30.3", begun: false };
    const { error, lines } = await roll({ cluster: { send } as unknown as Cluster }, [one]);
    assert.equal(error, "");
    const path = "/apis/argoproj.io/v1alpha1/namespaces/dev701/rollouts/web";
    assert.deepEqual(sent, [`PATCH ${path}`, `GET ${path}`, `GET ${path}`, `GET ${path}`]);
    assert.deepEqual(Object.keys(asked.spec ?? {}), ["restartAt"]);
    assert.match(asked.spec?.restartAt ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(asked.metadata?.annotations, { [restartAnnotation]: "1.30.3" });
    assert.equal(lines.at(-1), "Rollout dev701/web: 2 of 2 ready (1 of 1 workloads)");
  });

  it("nothing to do is nothing", async () => {
    assert.deepEqual(await roll(new Stand(), []), { lines: [], error: "" });
  });
});
