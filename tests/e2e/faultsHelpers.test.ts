import type { V1Pod } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { proxyContainer } from "../../mesh/istio/pods";
import { Project } from "../dataplane/support/project";
import { activeIn, objectsOf, useCalled, virtualService } from "./support/callers";
import { describeOn } from "./support/engine";
import type { Config, Instance } from "./support/instance";
import { apply, ask, modernConfig, useLab } from "./support/lab";
import { runReaper } from "./support/reaperPod";
import { until } from "./support/until";

const faults = [
  { type: "httpAbort", host: "ct-webapp", httpStatus: 503, sourceLabels: { app: "ps" } },
  { type: "externalHost", service: "mysql", sourceLabels: { app: "ps" } },
];

describeOn("1.34", "what comes with faults when it is asked for", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
  const configOf = (faultInjection: Config) =>
    modernConfig(lab(), { namespace: "dev701", kiali: { enabled: false }, faultInjection });
  const configure = (faultInjection: Config) => {
    instance.configure(configOf(faultInjection));
  };

  useCalled(
    lab,
    () => modernConfig(lab(), { namespace: "dev701", kiali: { enabled: false } }),
    (made) => (instance = made),
  );

  it("the reaper's Job ends the faults at their time, and can delete nothing else", async () => {
    const before = await objectsOf(lab());
    const expires = new Date(Date.now() + 150_000).toISOString();
    configure({ enabled: true, expires, reaper: true, faults });
    await instance.up();
    assert.deepEqual((await activeIn(lab())).split(" "), ["fault-external-mysql", "fault-service-ct-webapp"]);
    const listed = await kubectl("get", "pods", "-n", "dev701", "-l", "app=ps", "-o", "json");
    const [caller] = (JSON.parse(listed) as { readonly items: readonly [V1Pod] }).items;
    const image = "jsonpath={.items[0].spec.template.spec.containers[0].image}";
    assert.equal(await kubectl("get", "jobs", "-n", "dev701", "-o", image), proxyContainer(caller)?.image);
    await apply(lab(), virtualService("theirs", { hosts: ["theirs"] }));
    const name = (kind: string, from = "") =>
      kubectl("get", kind, "-n", "dev701", "-l", "jam-istio/fault", "-o", `jsonpath={.items[${from}].metadata.name}`);
    const as = ["--as", `system:serviceaccount:dev701:${await name("serviceaccounts", "0")}`, "-n", "dev701"];
    const can = (...what: readonly string[]) => kubectl("auth", "can-i", ...what, ...as).catch(() => "no");
    assert.equal((await can("delete", `virtualservices.networking.istio.io/${await name("vs", "0")}`)).trim(), "yes");
    for (const what of [
      ["delete", "virtualservices.networking.istio.io/theirs"],
      ["list", "virtualservices.networking.istio.io"],
      ["delete", "secrets"],
      ["get", "pods"],
    ])
      assert.match(await can(...what), /no/, what.join(" "));
    const end = await runReaper(lab().plane, "dev701");
    assert.equal(end.code, 0, end.stderr);
    assert.match(end.stdout, /^fault-service-ct-webapp-\w+: HTTP 200\nfault-external-mysql-\w+: HTTP 200\n$/);
    assert.ok(Date.now() >= Date.parse(expires));
    assert.equal(await activeIn(lab()), "");
    assert.equal((await runReaper(lab().plane, "dev701")).code, 0, "what is gone already is fine");
    await kubectl("delete", "vs", "theirs", "-n", "dev701");
    await instance.up();
    configure({});
    await instance.up();
    assert.equal(await objectsOf(lab()), before);
  });

  it("a reaper that cannot run lets no fault in, and says why; mesh faults shows one that runs no longer", async () => {
    const before = await objectsOf(lab());
    const on = { enabled: true, reaper: true, expires: new Date(Date.now() + 3_600_000).toISOString(), faults };
    // Its image never arrives.
    await ask(lab(), { "dev701.fault-reaper-": "hang" });
    configure(on);
    assert.match(
      await instance.failure(() => instance.up()),
      /no fault was injected: Job fault-reaper-\w{8} does not run: Pod fault-reaper-.*, for 60 s\. Without a reaper: faultInjection\.reaper: false/,
    );
    assert.equal(await objectsOf(lab()), before);
    await ask(lab(), {});
    await instance.up();
    const project = new Project(configOf(on));
    try {
      const seen = async () => (await project.run("mesh", "faults", "dev701")).stdout;
      assert.match(
        await seen(),
        /\nJob fault-reaper-\w{8} ends those of drill dev701-\w{8}, at 20\S+Z at the latest\n/,
      );
      await ask(lab(), { "dev701.fault-reaper-": "hang" });
      await kubectl("delete", "pods", "-n", "dev701", "-l", "job-name");
      await until("it is said", async () =>
        /Job fault-reaper-\w{8} does not run: Pod \S+: .*nothing ends those of drill/.test(await seen()),
      );
      const from = instance.log.length;
      await instance.preview();
      assert.match(instance.log.slice(from), /warning: Job fault-reaper-\w{8} does not run: .* but up/);
    } finally {
      project.remove();
      await ask(lab(), {});
    }
    configure({});
    await instance.up();
    assert.equal(await objectsOf(lab()), before);
  });

  it("what somebody began while the reaper's Job started lets no fault in, and is left alone", async () => {
    const before = await objectsOf(lab());
    configure({ enabled: true, reaper: true, expires: new Date(Date.now() + 3_600_000).toISOString(), faults });
    await ask(lab(), { "dev701.fault-reaper-": "hang" });
    const up = instance.failure(() => instance.up());
    const jobs = () => kubectl("get", "jobs", "-n", "dev701", "-l", "jam-istio/fault", "-o", "name");
    try {
      await until("its Job is made", async () => (await jobs()) !== "");
      await apply(lab(), virtualService("theirs", { hosts: ["ct-webapp"] }));
    } finally {
      await ask(lab(), {});
    }
    // The Job makes another one, that starts.
    await kubectl("delete", "pods", "-n", "dev701", "-l", "job-name");
    assert.match(await up, /no fault was injected: .*VirtualService dev701\/theirs already routes host ct-webapp/);
    await kubectl("delete", "vs", "theirs", "-n", "dev701");
    assert.equal(await objectsOf(lab()), before);
    configure({});
    await instance.up();
  });

  it("restartClients restarts the callers, once, and nobody else", async () => {
    const annotation = "jsonpath={.spec.template.metadata.annotations.kubectl\\.kubernetes\\.io/restartedAt}";
    const restartedFor = (name: string) => kubectl("get", "deploy", name, "-n", "dev701", "-o", annotation);
    configure({ enabled: true, faults });
    await instance.up();
    assert.equal(await restartedFor("ps"), "");
    configure({ enabled: true, restartClients: true, faults });
    await instance.up();
    const first = await restartedFor("ps");
    assert.match(first, /^20\d\d-.*Z$/);
    assert.equal(await restartedFor("web"), "");
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
    // Another end is no reason; another drill is.
    configure({ enabled: true, restartClients: true, faults, expires: new Date(Date.now() + 3_600_000).toISOString() });
    await instance.up();
    assert.equal(await restartedFor("ps"), first);
    configure({});
    await instance.up();
    assert.equal(await activeIn(lab()), "");
    configure({ enabled: true, restartClients: true, faults });
    await instance.up();
    assert.notEqual(await restartedFor("ps"), first);
    configure({});
    await instance.up();
  });
});
