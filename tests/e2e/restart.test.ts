import type { V1Pod } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { sampleObjects } from "../../rehearse/workloads";
import { Project, type Running } from "../dataplane/support/project";
import { ApiRelay } from "./support/apiRelay";
import { describeOnLab } from "./support/engine";
import { ask, useLab } from "./support/lab";
import { until } from "./support/until";
import { Followed } from "./support/workloads";

// `restart` on a real control plane, whose controllers roll the pods; the nodes and the pods are simulated. No proxy runs: the pods have
// a container of its name, as a gateway's template has.

/** The samples; all but `single` have a proxy, and a budget. */
function objects(): readonly object[] {
  return sampleObjects("dev701").flatMap((object) => {
    const { kind, metadata, spec } = structuredClone(object) as {
      readonly kind: string;
      readonly metadata: { readonly name: string };
      readonly spec: { readonly template?: { readonly spec: { readonly containers: object[] } } };
    };
    if (spec.template === undefined || metadata.name === "single") return [object];
    spec.template.spec.containers.push({ name: "istio-proxy", image: "auto" });
    // Two of ct-webapp's three, and one of each other's two.
    const minAvailable = metadata.name === "ct-webapp" ? 2 : 1;
    const budget = {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: metadata.name, namespace: "dev701" },
      spec: { minAvailable, selector: { matchLabels: { app: metadata.name } } },
    };
    return [{ ...object, kind, spec }, budget];
  });
}

describeOnLab("1.34", "restart", () => {
  const lab = useLab("1.34");
  let followed: Followed;
  let relay: ApiRelay;
  let project: Project;
  const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
  const start = (...args: readonly string[]): Running => project.start("restart", ...args, "--stack", "dev701");
  const podsOf = async (app: string) =>
    (JSON.parse(await kubectl("get", "pods", "-n", "dev701", "-l", `app=${app}`, "-o", "json")) as { items: V1Pod[] })
      .items;
  /** Which workloads were changed how often. */
  const generations = () =>
    kubectl(
      ...["get", "deployments,statefulsets", "-n", "dev701"],
      ...["-o", 'jsonpath={range .items[*]}{.metadata.name}={.metadata.generation}{"\\n"}{end}'],
    );
  const settled = () =>
    until("all are ready", async () => {
      const text = await kubectl(
        ...["get", "deployments,statefulsets", "-n", "dev701", "-o"],
        'jsonpath={range .items[*]}{.status.updatedReplicas}/{.status.readyReplicas}/{.spec.replicas} {.status.replicas}{"\\n"}{end}',
      );
      return text
        .trim()
        .split("\n")
        .every((line) => new RegExp(/^(\d+)\/\1\/\1 \1$/).test(line));
    });
  /** Pods of a workload that are made from now on do not start. */
  const hang = (name: string) => ask(lab(), { [`dev701.${name}`]: "hang" });
  /** From now on they do; those that do not start are made anew. */
  async function unhang(): Promise<void> {
    await ask(lab(), {});
    await kubectl("delete", "pods", "-n", "dev701", "--field-selector", "status.phase=Pending");
    await settled();
  }
  /** A restart of all that is held up at its first workload. */
  async function held(): Promise<Running> {
    await hang("ct-webapp");
    const running = start("--yes");
    await until("it is at work", async () =>
      (await podsOf("ct-webapp")).some(({ status }) => status?.phase === "Pending"),
    );
    return running;
  }

  before(async () => {
    await kubectl("create", "namespace", "dev701");
    followed = await Followed.create(lab(), "dev701", objects());
    relay = await ApiRelay.start(lab().kubeconfig, lab().plane.plane.folder);
    project = new Project({
      kubernetes: { kubeconfig: relay.kubeconfig },
      istio: { version: "1.30.3", controlPlane: "shared" },
      rollout: { parallel: 1, timeoutSeconds: 240 },
    });
  });
  after(() => {
    followed.end();
    relay.stop();
    project.remove();
  });

  it("without --yes, and nobody to ask: what it would do is said, nothing is restarted", async () => {
    const before = await generations();
    const { code, stdout, stderr } = await start().end;
    assert.deepEqual([code, stderr], [1, "error: nobody can be asked here; to restart without a question: --yes\n"]);
    assert.match(stdout, /^Deployment dev701\/ct-webapp\nDeployment dev701\/ps\nStatefulSet dev701\/doc-memcached\n/);
    assert.equal(await generations(), before);
  });

  it("all with a proxy, one after the other, each until it is ready; no budget is broken", async () => {
    followed.begin();
    const { code, stdout, stderr } = await start("--yes").end;
    assert.equal(code, 0, stdout + stderr);
    const steps = stdout.split("\n").filter((line) => /: (restarting|\d of \d ready)/.test(line));
    assert.deepEqual(steps, [
      ...["Deployment dev701/ct-webapp: restarting", "Deployment dev701/ct-webapp: 3 of 3 ready (1 of 4 workloads)"],
      ...["Deployment dev701/ps: restarting", "Deployment dev701/ps: 2 of 2 ready (2 of 4 workloads)"],
      "StatefulSet dev701/doc-memcached: restarting",
      "StatefulSet dev701/doc-memcached: 2 of 2 ready (3 of 4 workloads)",
      ...["StatefulSet dev701/memcached: restarting", "StatefulSet dev701/memcached: 2 of 2 ready (4 of 4 workloads)"],
    ]);
    assert.match(stdout, /\n4 workloads restarted in \d+ s, all ready\n$/);
    for (const { name, replicas, restarted, leastReady } of followed.report()) {
      assert.equal(restarted, name === "single" ? 0 : replicas, name);
      assert.ok(leastReady >= replicas - 1, `${name}: ${String(leastReady)} ready`);
    }
  });

  it("one by its name, also without a proxy; what may be down is said; as JSON", async () => {
    const { code, stdout } = await start("single", "--yes").end;
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^StatefulSet dev701\/single \(may be down for a moment: it has one replica\)\n/);
    const json = await start("deployment/ps", "--yes", "--json").end;
    const { restarted } = JSON.parse(json.stdout) as { readonly restarted: readonly string[] };
    assert.deepEqual([json.code, restarted], [0, ["Deployment dev701/ps"]]);
  });

  it("one that is not there is refused, with those that are", async () => {
    const { code, stderr } = await start("deployment/web", "--yes").end;
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^error: there is no workload deployment\/web in namespace dev701\. There are: Deployment dev701\/ct-webapp, /,
    );
  });

  it("Ctrl-C: begins no other, waits for the one that is begun, names the rest", async () => {
    const before = await generations();
    const { child, end, printed } = await held();
    child.kill("SIGINT");
    await until("it says so", () => Promise.resolve(printed().includes("stopping: no other workload is begun")));
    assert.equal(child.exitCode, null);
    await unhang();
    const { code, stderr } = await end;
    assert.equal(code, 1);
    assert.match(
      stderr,
      /error: the rollout was stopped by hand\. 1 workloads are done, 3 were not begun \(Deployment dev701\/ps, StatefulSet dev701\/doc-memcached, StatefulSet dev701\/memcached\); /,
    );
    const changed = (await generations()).split("\n").filter((line) => !before.split("\n").includes(line));
    assert.equal(changed.length, 1);
    assert.match(changed[0] ?? "", /^ct-webapp=/);
  });

  for (const signals of [["SIGINT", "SIGINT"], ["SIGTERM"], ["SIGHUP"], ["SIGKILL"]] as const) {
    it(`${signals.join(", ")}: it ends at once, Kubernetes ends what is begun, nothing else is restarted`, async () => {
      const before = await generations();
      const { child, end, printed } = await held();
      for (const signal of signals) {
        child.kill(signal);
        if (signal === "SIGINT") await until("it heard", () => Promise.resolve(printed().includes("Ctrl-C once more")));
      }
      const { code, stderr } = await end;
      assert.equal(code, signals[0] === "SIGKILL" ? null : 1);
      if (code === 1) assert.match(stderr, /not waited for any more: Kubernetes goes on with what is begun/);
      await unhang();
      const changed = (await generations()).split("\n").filter((line) => !before.split("\n").includes(line));
      assert.equal(changed.length, 1, changed.join());
    });
  }

  it("a pod that is deleted in the middle, and a connection that is cut for a moment, are lived through", async () => {
    const { end } = await held();
    relay.cut();
    const [pod] = (await podsOf("ct-webapp")).filter(({ status }) => status?.phase === "Pending");
    await kubectl("delete", "pod", pod?.metadata?.name ?? "", "-n", "dev701");
    relay.mend();
    await unhang();
    const { code, stdout, stderr } = await end;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /4 workloads restarted in \d+ s, all ready\n$/);
  });

  it("a connection that stays cut: what was not waited for and not begun is said", async () => {
    const before = await generations();
    const { end } = await held();
    relay.cut();
    const { code, stderr } = await end;
    relay.mend();
    assert.equal(code, 1);
    assert.match(stderr, /error: the rollout stopped: Deployment dev701\/ct-webapp: .+ 3 were not begun \(/);
    await unhang();
    const changed = (await generations()).split("\n").filter((line) => !before.split("\n").includes(line));
    assert.equal(changed.length, 1);
  });

  it("one that does not get ready in its time ends it: its pods are named, nothing else is begun", async () => {
    const short = new Project({
      kubernetes: { kubeconfig: relay.kubeconfig },
      istio: { version: "1.30.3", controlPlane: "shared" },
      rollout: { parallel: 1, timeoutSeconds: 45 },
    });
    await hang("ct-webapp");
    const { code, stderr } = await short.run("restart", "--yes", "--stack", "dev701");
    short.remove();
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^error: the rollout stopped: Deployment dev701\/ct-webapp: not done within 45 s \(.*ready\); .*ct-webapp-/,
    );
    assert.match(stderr, /0 workloads are done, 3 were not begun \(.*\); fix what failed, then restart those\n$/);
    await unhang();
  });
});
