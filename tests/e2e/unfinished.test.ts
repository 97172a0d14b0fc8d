import type { V1Pod } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { countProxies } from "../../mesh/istio/proxies";
import { describeOn } from "./support/engine";
import { Instance } from "./support/instance";
import { kill } from "./support/kill";
import { ask, helmStatus, injectorValues, modernConfig, useLab } from "./support/lab";
import { until } from "./support/until";
import { Followed } from "./support/workloads";

// Upgrades that do not finish: the control plane, its injector or a workload fails, or the run is killed.

describeOn("1.34", "unfinished upgrades", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  let followed: Followed;
  /** With little time where it is the point of a test that it is over. */
  const config = (version: string, { helmSeconds = 180, rolloutSeconds = 180 } = {}) =>
    modernConfig(
      lab(),
      { rollout: { parallel: 1, timeoutSeconds: rolloutSeconds } },
      { version, timeoutSeconds: helmSeconds },
    );
  const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
  const pilot = async () =>
    (
      await kubectl(
        "get",
        "pods",
        "-n",
        "istio-system",
        "-l",
        "app=istiod",
        "-o",
        "jsonpath={.items[*].spec.containers[0].image}",
      )
    )
      .split(" ")
      .map((image) => image.split(":").at(-1));
  const injectorTag = async () => /"tag":\s*"([\d.]+)"/.exec(await injectorValues(lab()))?.[1];
  const proxies = async () => {
    const { items } = JSON.parse(await kubectl("get", "pods", "-n", "local700", "-o", "json")) as { items: V1Pod[] };
    return countProxies(items);
  };
  const restarted = () => followed.report().reduce((sum, one) => sum + one.restarted, 0);

  before(async () => {
    instance = await Instance.create("local700", config("1.28.10"));
    await instance.up();
    followed = await Followed.create(lab(), "local700");
  });
  after(() => {
    (followed as Followed | undefined)?.end();
    (instance as Instance | undefined)?.remove();
  });

  it("a control plane that does not get ready is rolled back as a whole, and no sidecar restarts", async () => {
    await ask(lab(), { "istio-system.istiod-": "never-ready" });
    instance.configure(config("1.29.6", { helmSeconds: 30 }));
    followed.begin();
    const text = await instance.failure(async () => {
      const running = instance.up();
      await until("the new control plane", async () => (await pilot()).includes("1.29.6"));
      // Nobody tells the pod of the old version, which comes back.
      await ask(lab(), {});
      await running;
    });
    assert.match(text, /release istiod was rolled back as a whole to revision 1 \(1\.28\.10\)/);
    await until("only the old one", async () => (await pilot()).join() === "1.28.10");
    assert.equal(await injectorTag(), "1.28.10");
    assert.equal(restarted(), 0);
  });

  it("after that the way back is open, and changes no version", async () => {
    instance.configure(config("1.28.10"));
    await instance.up();
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
    assert.deepEqual([await injectorTag(), await proxies()], ["1.28.10", { "1.28.10": 10 }]);
  });

  it("an upgrade killed half-way whose old control plane dies meanwhile: the way back is open", async () => {
    await ask(lab(), { "istio-system.istiod-": "never-ready" });
    instance.configure(config("1.29.6"));
    const child = instance.start("up");
    await until("half-way", async () => (await pilot()).includes("1.29.6"));
    await kill(child, "tree");
    await kubectl("delete", "pod", "-n", "istio-system", "-l", "app=istiod");
    await until("down", async () => /0\/1/.test(await kubectl("get", "deployment", "istiod", "-n", "istio-system")));
    assert.equal(await helmStatus(lab(), "istiod"), "pending-upgrade");
    instance.later(180);
    instance.configure(config("1.28.10"));
    await instance.pulumi("cancel", "--yes");
    const running = instance.up();
    const wanted = [
      "get",
      "deployment",
      "istiod",
      "-n",
      "istio-system",
      "-o",
      "jsonpath={.spec.template.spec.containers[0].image}",
    ];
    await until("the old version is asked for", async () => (await kubectl(...wanted)).endsWith(":1.28.10"));
    // As kubelet would, once the old version finds its own configuration again.
    await ask(lab(), {});
    await kubectl("delete", "pod", "-n", "istio-system", "-l", "app=istiod");
    await running;
    instance.later(0);
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
    assert.deepEqual([(await pilot()).join(), await injectorTag()], ["1.28.10", "1.28.10"]);
  });

  it("proxies that refuse the new configuration: the control plane is rolled back, and no sidecar restarts", async () => {
    instance.configure(config("1.29.6"));
    followed.begin();
    await ask(lab(), { "istio-system.istiod-": "hang" });
    const text = await instance.failure(async () => {
      const running = instance.up();
      await until("the new control plane", async () => (await pilot()).includes("1.29.6"));
      // Before its first ready pod.
      await ask(lab(), { rejections: "2" });
      const pending = ["-l", "app=istiod", "--field-selector", "status.phase=Pending"];
      await kubectl("delete", "pod", "-n", "istio-system", ...pending);
      await running;
    });
    assert.match(text, /no sidecar was restarted: proxies refused 2 configurations of the new control plane/);
    assert.match(text, /release istiod was rolled back as a whole/);
    assert.equal(restarted(), 0);
    assert.deepEqual([(await pilot()).join(), await injectorTag()], ["1.28.10", "1.28.10"]);
    await ask(lab(), {});
  });

  it("a workload that does not get ready stops the rollout and is named, with its pod's state", async () => {
    await ask(lab(), { "local700.ps-": "never-ready" });
    instance.configure(config("1.29.6", { rolloutSeconds: 45 }));
    followed.begin();
    const text = await instance.failure(() => instance.up());
    assert.match(
      text,
      /the rollout stopped: Deployment local700\/ps: not done within 45 s \(0 of 2 ready\); Pod ps-\S+: not ready: container app/,
    );
    assert.match(text, /fix it, then run up again: it goes on where it stopped/);
    const before = followed.report().filter((one) => one.restarted === one.replicas);
    assert.ok(before.length > 0 && before.length < 5, JSON.stringify(followed.report()));
    assert.ok(followed.report().every(({ replicas, leastReady }) => replicas === 1 || leastReady > 0));
  });

  it("then proxies that refuse the configuration do not take the control plane back below the new sidecars", async () => {
    await ask(lab(), { rejections: "2" });
    const { "1.29.6": newer = 0 } = await proxies();
    assert.ok(newer > 0);
    const text = await instance.failure(() => instance.up());
    assert.match(text, /no sidecar was restarted: proxies refused 2 configurations of the new control plane/);
    assert.match(
      text,
      /release istiod was not rolled back to revision \d+ \(1\.28\.10\): proxies are newer than 1\.28\.10/,
    );
    const counted = [...text.matchAll(/^ +error: no sidecar.*$/gm)].at(0)?.[0] ?? "";
    const named = [...counted.matchAll(/local700\/[\w-]+: 1\.29\.6 \((\d+) proxies\)/g)].map(([, count]) =>
      Number(count),
    );
    assert.equal(
      named.reduce((sum, count) => sum + count, 0),
      newer,
      counted,
    );
    assert.deepEqual([(await pilot()).join(), await injectorTag()], ["1.29.6", "1.29.6"]);
  });

  it("the next up goes on where it stopped, and restarts nothing twice", async () => {
    await ask(lab(), {});
    const done = new Set(
      followed
        .report()
        .filter((one) => one.restarted === one.replicas)
        .map(({ name }) => name),
    );
    await kubectl("delete", "pod", "-n", "local700", "-l", "app=ps", "--field-selector", "status.phase=Running");
    instance.configure(config("1.29.6"));
    followed.begin();
    await instance.up();
    assert.deepEqual(await proxies(), { "1.29.6": 10 });
    for (const { name, restarted: count } of followed.report()) if (done.has(name)) assert.equal(count, 0, name);
  });

  it("an up killed in the middle of a rollout is finished by the next one; nothing restarts twice", async () => {
    instance.configure(config("1.30.3"));
    followed.begin();
    const child = instance.start("up");
    const halfway = () => followed.report().filter((one) => one.restarted >= one.replicas).length;
    await until("two workloads are done", () => Promise.resolve(halfway() >= 2));
    await kill(child, "tree");
    await instance.pulumi("cancel", "--yes");
    await instance.up();
    assert.deepEqual(await proxies(), { "1.30.3": 10 });
    for (const { name, replicas, restarted: count, leastReady } of followed.report()) {
      assert.equal(count, replicas, `${name} restarted once`);
      if (replicas > 1) assert.ok(leastReady > 0, name);
    }
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
  });
});
