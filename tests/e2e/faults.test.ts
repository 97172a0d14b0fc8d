import assert from "node:assert/strict";
import { activeIn, objectsOf, useCalled } from "./support/callers";
import { describeOn } from "./support/engine";
import { abort, all } from "./support/faultList";
import type { Config, Instance } from "./support/instance";
import { modernConfig, useLab } from "./support/lab";

const names = [
  ...["external-bucket", "external-bucket.2", "external-mysql", "external-smtp"],
  ...["service-ct-webapp", "service-doc-memcached", "service-memcached"],
].map((name) => `fault-${name}`);
const hour = 3_600_000;
const later = (ms: number) => new Date(Date.now() + ms).toISOString();

describeOn("1.34", "faults through the settings", () => {
  const lab = useLab("1.34");
  let instance: Instance;
  const kubectl = (...args: readonly string[]) => lab().plane.kubectl(...args);
  const configure = (faultInjection: Config, more: Config = {}, istio: Config = {}) => {
    instance.configure(
      modernConfig(
        lab(),
        { namespace: "dev701", kiali: { enabled: false }, ...more, faultInjection },
        { version: "1.30.3", ...istio },
      ),
    );
  };
  const on = (faults: readonly object[] = all, more: Config = {}) => {
    configure({ enabled: true, faults, ...more });
  };
  const off = (faults: readonly object[] = all) => {
    configure({ enabled: false, faults });
  };

  useCalled(
    lab,
    () => modernConfig(lab(), { namespace: "dev701", kiali: { enabled: false } }),
    (made) => (instance = made),
  );

  it("the preview says what breaks for whom until when, and how to end it; it changes nothing", async () => {
    const before = await objectsOf(lab());
    const expires = later(hour);
    on(all, { expires });
    const from = instance.log.length;
    await instance.preview();
    const said = instance.log.slice(from);
    for (const text of [
      `ct-webapp/auth is slower by 7s for pods {app: ps} until ${expires}; 1 of 1 calling workloads have a sidecar`,
      `ct-webapp answers 503 for pods {app: ps} until ${expires}`,
      "memcached closes connections to 11211 and 11212 for every pod",
      "mysql is cut off for every pod",
      "mail hangs for every pod until",
      "2 of 2 calling workloads have a sidecar",
      "kubectl delete virtualservices.networking.istio.io -n dev701 -l jam-istio/fault",
      `the faults stay until the first up after ${expires}`,
    ])
      assert.ok(said.includes(text), `${text}\n${said}`);
    assert.equal(await objectsOf(lab()), before);
  });

  it("all of them are injected; the next up changes nothing; off removes all of them", async () => {
    off();
    await instance.up();
    const before = await objectsOf(lab());
    on(all, { expires: later(hour) });
    await instance.up();
    assert.deepEqual((await activeIn(lab())).split(" ").sort(), names);
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
    const { activeFaults } = await instance.outputs();
    assert.equal((activeFaults?.value as string[]).length, all.length);
    const list = await kubectl("get", "vs", "-n", "dev701", "-l", "jam-istio/fault", "-o", "json");
    const { items } = JSON.parse(list) as { items: { metadata: { annotations: Record<string, string> } }[] };
    for (const { metadata } of items) {
      assert.match(metadata.annotations["jam-istio/drill"] ?? "", /^dev701-[0-9a-f]{8}$/);
      assert.match(metadata.annotations["jam-istio/start"] ?? "", /^20\d\d-.*Z$/);
      assert.match(metadata.annotations["jam-istio/end"] ?? "", /^20\d\d-.*Z$/);
    }
    off();
    await instance.up();
    assert.equal(await objectsOf(lab()), before);
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
  });

  it("on and off ten times leaves the cluster as it was", async () => {
    const before = await objectsOf(lab());
    for (let turn = 0; turn < 10; turn++) {
      on();
      await instance.up();
      off();
      await instance.up();
    }
    assert.equal(await objectsOf(lab()), before);
  });

  it("a fault is changed, and taken from the list", async () => {
    on([abort, all[2] ?? {}]);
    await instance.up();
    on([{ ...abort, httpStatus: 500 }]);
    await instance.up();
    assert.equal(await activeIn(lab()), "fault-service-ct-webapp");
    const status = "jsonpath={.items[*].spec.http[0].fault.abort.httpStatus}";
    assert.equal(await kubectl("get", "vs", "-n", "dev701", "-l", "jam-istio/fault", "-o", status), "500");
    off();
    await instance.up();
    assert.equal(await activeIn(lab()), "");
  });

  it("from HTTP alone to more, and back: what faults lead to comes and goes", async () => {
    const before = await objectsOf(lab());
    const fake = () => kubectl("get", "services", "-n", "dev701", "-l", "jam-istio/fault", "-o", "name");
    on([abort]);
    await instance.up();
    assert.equal(await fake(), "");
    on([abort, all[2] ?? {}]);
    await instance.up();
    assert.equal((await fake()).trim(), "service/fake-service");
    on([abort]);
    await instance.up();
    assert.equal(await fake(), "");
    off();
    await instance.up();
    assert.equal(await objectsOf(lab()), before);
  });

  it("what somebody removed with kubectl is no obstacle: another drill goes in, and out", async () => {
    const before = await objectsOf(lab());
    const end = ["-n", "dev701", "-l", "jam-istio/fault"];
    for (const change of [[abort], all.slice(1), all]) {
      on(all);
      await instance.up();
      await kubectl("delete", "virtualservices.networking.istio.io,destinationrules.networking.istio.io", ...end);
      await kubectl("delete", "services,serviceentries.networking.istio.io", ...end);
      on(change, { expires: later(hour) });
      await instance.up();
      const wanted = change === all ? names.length : change.length === 1 ? 1 : names.length;
      assert.equal((await activeIn(lab())).split(" ").length, wanted);
      if (change.length > 1) assert.match(await kubectl("get", "services", ...end), /fake-service/);
      off();
      await instance.up();
    }
    assert.equal(await objectsOf(lab()), before);
  });

  it("past expires they are gone at the next up, and not injected anew", async () => {
    const before = await objectsOf(lab());
    const expires = later(hour);
    on([abort], { expires });
    await instance.up();
    assert.equal(await activeIn(lab()), "fault-service-ct-webapp");
    instance.later(hour / 1000);
    await instance.up();
    assert.match(instance.log, /faultInjection.expires is past .*; up removes the faults/);
    assert.equal(await objectsOf(lab()), before);
    assert.deepEqual(Object.keys(await instance.up()), ["same"]);
    off();
    await instance.up();
    on([abort], { expires });
    assert.match(
      await instance.failure(() => instance.preview()),
      /no fault was injected: faultInjection.expires is past/,
    );
    instance.later(0);
    off();
  });
});
