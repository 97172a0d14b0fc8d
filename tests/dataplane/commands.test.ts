import assert from "node:assert/strict";
import { faults, useCommands } from "./support/commands";
import { Project } from "./support/project";
import { describeTraffic, figure } from "./support/suite";

// The commands, beside a real proxy: what they say of it is true when its traffic shows it.

interface FaultsJson {
  readonly active: readonly { readonly name: string }[];
  readonly proxies: { readonly holding: number; readonly asked: number; readonly silent: number };
  readonly hits: Readonly<Record<string, number>>;
}

describeTraffic("mesh faults", (world) => {
  const { project, call, status, answers, active } = useCommands(world);

  it("faults: what is in, in how many proxies, how often it was felt; off: out of each proxy", async () => {
    const none = await project().run("mesh", "faults", "dev701");
    assert.deepEqual([none.code, none.stdout], [0, "stack dev701: no fault is active\n"]);
    await world().putIn({ type: "httpAbort", host: "ct-webapp", httpStatus: 503, percentage: 100, everyone: true });
    await answers("503");
    await call({ count: 25 });
    const shown = await project().run("mesh", "faults", "dev701", "--json");
    const found = JSON.parse(shown.stdout) as FaultsJson;
    assert.equal(shown.code, 3);
    assert.deepEqual(
      found.active.map(({ name }) => name),
      ["fault-service-ct-webapp-0000abcd"],
    );
    assert.deepEqual([found.proxies.holding, found.proxies.asked, found.proxies.silent], [1, 1, 0]);
    assert.ok((found.hits["aborted"] ?? 0) >= 26, shown.stdout);
    const text = await project().run("mesh", "faults", "dev701");
    assert.match(text.stdout, /ct-webapp answers 503 for every pod; since 20.* until it is removed/);
    assert.match(text.stdout, /1 of 1 asked proxies have them/);
    const start = Date.now();
    const end = await project().run("mesh", "faults", "dev701", "--off");
    figure(`mesh faults --off took ${((Date.now() - start) / 1000).toFixed(1)} s`);
    assert.equal(end.code, 0, end.stderr);
    assert.match(end.stdout, /1 hosts are without their faults again\n1 of 1 asked proxies are without it/);
    assert.deepEqual([await status(), await active()], ["200", ""]);
  });

  it("off with istiod down says that the proxies keep it", async () => {
    await world().putIn({ type: "httpAbort", host: "ct-webapp", httpStatus: 503, percentage: 100, everyone: true });
    await answers("503");
    world().istiod.kill();
    await world().plane.kubectl("scale", "deploy/istiod", "-n", "istio-system", "--replicas", "0");
    await world().plane.kubectl(
      "wait",
      "--for=delete",
      "--timeout=55s",
      "pod",
      "-l",
      "app=istiod",
      "-n",
      "istio-system",
    );
    const end = await project().run("mesh", "faults", "dev701", "--off");
    assert.equal(end.code, 3);
    assert.match(end.stdout, /0 of 1 asked proxies are without it/);
    assert.match(end.stdout, /istiod is down: proxies that have a fault keep it until istiod is back/);
    assert.equal(await status(), "503");
    const after = await project().run("mesh", "faults", "dev701");
    assert.equal(after.code, 3);
    assert.match(after.stdout, /their objects are gone, but 1 of 1 asked proxies have them: is istiod down\?/);
    await world().istiod.start();
    await world().plane.kubectl("scale", "deploy/istiod", "-n", "istio-system", "--replicas", "1");
    await answers("200");
    await world().hasPlane();
  });

  it("off works where the stack file is wrong elsewhere, and says what is wrong", async () => {
    await world().putIn({ type: "httpAbort", host: "ct-webapp", httpStatus: 503, percentage: 100, everyone: true });
    await answers("503");
    const broken = new Project({
      kubernetes: { kubeconfig: world().plane.kubeconfig },
      istio: { version: 1.4 },
      production: true,
      faultInjection: { enabled: true, faults },
    });
    const end = await broken.run("mesh", "faults", "dev701", "--off");
    broken.remove();
    assert.equal(end.code, 0, end.stderr);
    assert.match(end.stderr, /istio\.version: 1\.4 is not allowed[\s\S]*Its faults are ended nevertheless/);
    assert.deepEqual([await status(), await active()], ["200", ""]);
  });

  it("off of every namespace ends what other instances have, too, and names each", async () => {
    await world().putIn({ type: "httpAbort", host: "ct-webapp", httpStatus: 503, percentage: 100, everyone: true });
    await world().apply({
      apiVersion: "networking.istio.io/v1alpha3",
      kind: "VirtualService",
      metadata: {
        name: "fault-service-ct-webapp-0000abcd",
        namespace: "integration702",
        labels: { "jam-istio/fault": "active" },
        annotations: { "jam-istio/drill": "integration702-0000abcd" },
      },
      spec: { hosts: ["ct-webapp"], http: [{ route: [{ destination: { host: "ct-webapp" } }] }] },
    });
    await answers("503");
    const alone = await project().run("mesh", "faults", "dev701", "--all");
    assert.deepEqual(
      [alone.code, alone.stderr],
      [1, "error: --all goes with --off: it ends the faults of every namespace\n"],
    );
    const end = await project().run("mesh", "faults", "dev701", "--off", "--all");
    assert.equal(end.code, 0, end.stdout + end.stderr);
    assert.match(
      end.stdout,
      /^namespace dev701: 1 hosts are without their faults again\n1 of 1 asked proxies are without it\n/,
    );
    assert.match(end.stdout, /\nnamespace integration702: 1 hosts are without their faults again\n/);
    const left = ["get", "vs", "--all-namespaces", "-l", "jam-istio/fault", "-o", "name"];
    assert.deepEqual([await status(), await world().plane.kubectl(...left)], ["200", ""]);
    const note = await world().plane.kubectl(
      ...["get", "configmap", "jam-istio-faults-off", "-n", "integration702", "-o", "jsonpath={.data.drills}"],
    );
    assert.equal(note, "integration702-0000abcd");
  });
});
