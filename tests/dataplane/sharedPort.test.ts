// Several databases on port 3306. Istio's agent, which answers DNS in a real sidecar, does not run here: the addresses are read from
// the entries, where istiod puts them, and the connections are made to these. That a pod is told them by DNS is not seen.
import assert from "node:assert/strict";
import { entryArgs } from "../../components/externalServices";
import { faultObjects } from "../../mesh/faults/virtualServices";
import { dnsCaptureValues } from "../../mesh/install/dnsCapture";
import type { Entry } from "../../mesh/install/serviceEntries";
import { meshPlan } from "../../mesh/meshPlan";
import { until } from "../e2e/support/until";
import { settingsOf } from "../support/settings";
import type { Sidecar } from "./support/sidecar";
import { describeTraffic, figure } from "./support/suite";
import { at } from "./support/world";

const hosts = { db: "db.example.com", reader: "reader.example.com", stranger: "stranger.example.com" };
const planned = (sections: object, istio: object = {}) =>
  meshPlan(settingsOf({ istio: { version: "1.30.3", controlPlane: "shared", ...istio }, ...sections }));
const mysql = (more: object = {}) => ({ external: true, externalHostName: hosts.db, ...more });
const service = (name: string, more: object) => ({ name, ports: [{ number: 3306, protocol: "TCP" }], ...more });

/** An address that istiod gave a host, as the entry's status has it. */
interface Given {
  readonly host: string;
  readonly value: string;
}

/** As the agent tells istiod: the proxy metadata of the mesh, without Istio's prefix. */
function captureMetadata(): Readonly<Record<string, string>> {
  const { meshConfig } = dnsCaptureValues("1.30.3") as {
    readonly meshConfig: { readonly defaultConfig: { readonly proxyMetadata: Readonly<Record<string, string>> } };
  };
  const all = Object.entries(meshConfig.defaultConfig.proxyMetadata);
  return Object.fromEntries(all.map(([name, value]) => [name.replace(/^ISTIO_META_/, ""), value]));
}

describeTraffic("two databases on one port", (world) => {
  const put = async (namespace: string, entries: readonly Entry[]) => {
    await world().plane.kubectl("create", "namespace", namespace);
    await world().apply(...entries.map((entry) => entryArgs(entry, namespace) as object));
  };
  const greets = async (from: Sidecar, ...addresses: readonly string[]) =>
    (await from.measure(...addresses.map((address) => ({ kind: "read" as const, address, port: 3306 })))).map(
      ({ result }) => (result.startsWith("closed") ? "closed" : result),
    );
  const gives = (from: Sidecar, wanted: Readonly<Record<string, string>>) =>
    until(JSON.stringify(wanted), async () => {
      const found = await greets(from, ...Object.keys(wanted));
      return JSON.stringify(found) === JSON.stringify(Object.values(wanted));
    });

  it("without addresses mysql takes what was meant for another: the preview warns of it", async () => {
    const plan = planned({ mysql: mysql() });
    assert.match(plan.warnings.join(), /^ServiceEntry mysql captures TCP port 3306 for every destination/);
    await put("captured", plan.serviceEntries);
    await gives(await world().sidecar({ app: "ps" }, "captured"), {
      [at.db]: "hello",
      [at.reader]: "hello",
      [at.stranger]: "hello",
    });
  });

  it("with addresses each connection reaches its own, and a third one passes by", async () => {
    const unused = "10.99.2.6";
    const plan = planned({
      mysql: mysql({ addresses: [at.db, unused] }),
      externalServices: [service("reader", { hosts: [hosts.reader], addresses: [at.reader] })],
    });
    assert.deepEqual(plan.warnings, []);
    await put("addressed", plan.serviceEntries);
    const ps = await world().sidecar({ app: "ps" }, "addressed");
    await gives(ps, { [at.db]: "hello", [at.reader]: "reader", [at.stranger]: "stranger" });
    // Each address of an entry is captured: nobody is at this one.
    await gives(ps, { [unused]: "hello" });

    const marks = { namespace: "addressed", drill: "test-0000abcd", start: new Date().toISOString(), end: "none" };
    const fault = { type: "externalHost", service: "mysql", mode: "refuse", everyone: true } as const;
    await world().apply(...faultObjects([fault], plan.serviceEntries, marks));
    await gives(ps, { [at.db]: "closed", [unused]: "closed", [at.reader]: "reader", [at.stranger]: "stranger" });
  });

  it("with DNS capture each host has an address of its own, and a connection to it reaches that host", async () => {
    const others = service("others", { hosts: [hosts.reader, hosts.stranger] });
    const plan = planned({ mysql: mysql(), externalServices: [others] }, { dnsCapture: true });
    assert.deepEqual(plan.warnings, []);
    await put("resolved", plan.serviceEntries);
    const ps = await world().sidecar({ app: "ps" }, "resolved", captureMetadata());
    const given = async () => {
      const kind = "serviceentries.networking.istio.io";
      const { items } = JSON.parse(await world().plane.kubectl("get", kind, "-n", "resolved", "-o", "json")) as {
        readonly items: readonly { readonly status?: { readonly addresses?: readonly Given[] } }[];
      };
      const all = items.flatMap(({ status }) => status?.addresses ?? []);
      return new Map(all.filter(({ value }) => value.startsWith("240.240.")).map(({ host, value }) => [host, value]));
    };
    const names = Object.values(hosts);
    await until("an address for each host", async () => (await given()).size === names.length);
    const found = await given();
    assert.equal(new Set(found.values()).size, names.length);
    const [db = "", reader = "", stranger = ""] = names.map((name) => found.get(name));
    figure(`${hosts.db} is ${db}, ${hosts.reader} is ${reader} in this sidecar`);
    await gives(ps, { [db]: "hello", [reader]: "reader", [stranger]: "stranger" });
    // Who knows a real address goes there.
    await gives(ps, { [at.db]: "hello", [at.reader]: "reader", [at.stranger]: "stranger" });
  });

  it("a sidecar that started before has no such addresses: there one entry takes the other's connections", async () => {
    const before = await world().sidecar({ app: "ps" }, "resolved");
    await until("one takes all", async () => new Set(await greets(before, at.db, at.reader, at.stranger)).size === 1);
  });
});
