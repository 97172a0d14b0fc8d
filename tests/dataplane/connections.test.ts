import assert from "node:assert/strict";
import type { Fault } from "../../mesh/faults/fault";
import { until } from "../e2e/support/until";
import type { Probe, Sidecar } from "./support/sidecar";
import { describeTraffic, figure } from "./support/suite";
import { at } from "./support/world";

const redirect = (host: string, ports: readonly number[], more: object = {}): Fault =>
  ({ type: "tcpRedirect", host, ports, everyone: true, ...more }) as Fault;
const cut = (service: string, more: object = {}): Fault => ({
  type: "externalHost",
  service,
  mode: "refuse",
  everyone: true,
  ...more,
});
const fromPs = { everyone: undefined, sourceLabels: { app: "ps" } };

// What memcached is asked; the echo stands for its answer.
const version = "version\r\n";
const s3 = "s3.eu-central-1.amazonaws.com";

describeTraffic("faults of connections", (world) => {
  let ps: Sidecar;
  let web: Sidecar;
  let other: Sidecar;
  let probes: Readonly<Record<string, Probe>>;
  const results = async (from: Sidecar, ...names: readonly string[]) => {
    const list = names.map((name) => probes[name]).filter((probe) => probe !== undefined);
    return (await from.measure(...list)).map(({ result }) => (result.startsWith("closed") ? "closed" : result));
  };
  const gives = (from: Sidecar, name: string, result: string) =>
    until(`${name}: ${result}`, async () => (await results(from, name)).join() === result);
  const well = {
    mysql: "hello",
    mail: "hello",
    cache: version,
    cache2: version,
    doc: version,
    status: "200",
    s3: "hello",
    bucket: "hello",
    plain: "200",
  };
  const allWell = (from: Sidecar) =>
    until("all is well", async () => {
      const found = await results(from, ...Object.keys(well));
      return JSON.stringify(found) === JSON.stringify(Object.values(well));
    });

  before(async () => {
    ps = await world().sidecar({ app: "ps" });
    web = await world().sidecar({ app: "web" });
    other = await world().sidecar({ app: "ps" }, "integration702");
    const [cache, doc] = [await world().clusterIP("memcached"), await world().clusterIP("doc-memcached")];
    probes = {
      mysql: { kind: "read", address: at.db, port: 3306 },
      mail: { kind: "read", address: at.mail, port: 587 },
      cache: { kind: "read", address: cache, port: 11211, send: "version\r\n" },
      cache2: { kind: "read", address: cache, port: 11212, send: "version\r\n" },
      doc: { kind: "read", address: doc, port: 11211, send: "version\r\n" },
      status: { kind: "http", address: cache, port: 80, host: "memcached" },
      s3: { kind: "read", address: at.bucket, port: 443, servername: s3 },
      bucket: { kind: "read", address: at.bucket, port: 443, servername: `bucket.${s3}` },
      plain: { kind: "http", address: at.bucket, port: 80, host: `bucket.${s3}` },
    };
    for (const sidecar of [ps, web]) await allWell(sidecar);
    await gives(other, "mysql", "hello");
  });
  afterEach(async () => {
    await world().takeOut();
    for (const sidecar of [ps, web]) await allWell(sidecar);
  });

  it("tcpRedirect closes both ports at once, of this host alone; the Service's HTTP port goes on", async () => {
    await world().putIn(redirect("memcached", [11211, 11212]));
    await gives(ps, "cache", "closed");
    const [first, second] = await ps.measure(...["cache", "cache2"].map((name) => probes[name] as Probe));
    assert.deepEqual(
      [first?.result, second?.result].map((text) => text?.startsWith("closed")),
      [true, true],
    );
    figure(`11211 closed after ${first?.ms.toFixed(1) ?? ""} ms, 11212 after ${second?.ms.toFixed(1) ?? ""} ms`);
    assert.deepEqual(await results(ps, "doc", "status"), [version, "200"]);
  });

  it("tcpRedirect of doc-memcached, by sourceLabels", async () => {
    await world().putIn(redirect("doc-memcached", [11211], fromPs));
    await gives(ps, "doc", "closed");
    assert.deepEqual([await results(ps, "cache"), await results(web, "doc")], [[version], [version]]);
  });

  it("MySQL: connect succeeds, the first read fails; another instance on the cluster does not notice", async () => {
    await world().putIn(cut("mysql"));
    await gives(ps, "mysql", "closed");
    const [seen] = await ps.measure(probes["mysql"] as Probe);
    assert.ok((seen?.connected ?? -1) >= 0, "it connected");
    figure(
      `MySQL connects in ${seen?.connected?.toFixed(1) ?? ""} ms, the first read fails after ${seen?.ms.toFixed(1) ?? ""} ms`,
    );
    assert.deepEqual(await results(other, "mysql"), ["hello"]);
    assert.deepEqual(await results(ps, "mail", "s3"), ["hello", "hello"]);
  });

  it("mail, by sourceLabels", async () => {
    await world().putIn(cut("mail", fromPs));
    await gives(ps, "mail", "closed");
    assert.deepEqual(await results(web, "mail", "mysql"), ["hello", "hello"]);
  });

  it("the bucket: TLS by SNI and HTTP, the host and the bucket before it", async () => {
    await world().putIn(cut("bucket"));
    await gives(ps, "bucket", "closed");
    await gives(ps, "plain", "503");
    assert.deepEqual(await results(ps, "s3", "bucket", "plain"), ["closed", "closed", "503"]);
    assert.deepEqual(await results(ps, "mysql"), ["hello"]);
  });

  it("the bucket, by sourceLabels", async () => {
    await world().putIn(cut("bucket", fromPs));
    await gives(ps, "bucket", "closed");
    assert.deepEqual(await results(web, "s3", "bucket", "plain"), ["hello", "hello", "200"]);
  });

  it("mode hang: the connection is made, and stays silent", async () => {
    await world().putIn(cut("mysql", { mode: "hang", ...fromPs }), cut("bucket", { mode: "hang", ...fromPs }));
    await gives(ps, "mysql", "hangs");
    assert.deepEqual(await results(ps, "bucket"), ["hangs"]);
    const [silent] = await ps.measure({ ...(probes["mysql"] as Probe), timeout: 20000 });
    assert.equal(silent?.result, "hangs");
    figure(`MySQL silent for ${(silent.ms / 1000).toFixed(1)} s, the client's own limit`);
    assert.deepEqual(await results(web, "mysql", "bucket"), ["hello", "hello"]);
  });

  it("an open connection is cut within Envoy's drain duration", async () => {
    const held = ps.measure({ kind: "hold", address: at.db, port: 3306, timeout: 120_000 });
    await until("it is open", async () =>
      /3306\|\|db[^\n]*upstream_cx_active: 1/.test(await ps.admin("stats?filter=upstream_cx_active")),
    );
    const opened = Date.now();
    await world().putIn(cut("mysql"));
    const putIn = Date.now();
    const [seen] = await held;
    assert.ok(seen?.result.startsWith("closed") === true, seen?.result);
    const after = seen.ms - (putIn - opened);
    figure(`an open connection was cut ${(after / 1000).toFixed(1)} s after the fault was injected`);
  });
});
