import assert from "node:assert/strict";
import type { Fault } from "../../mesh/faults/fault";
import { until } from "../e2e/support/until";
import type { Measured, Sidecar } from "./support/sidecar";
import { describeTraffic, figure } from "./support/suite";

const abort = (more: object = {}): Fault => ({
  type: "httpAbort",
  host: "ct-webapp",
  httpStatus: 503,
  percentage: 100,
  everyone: true,
  ...more,
});
const delay = (more: object = {}): Fault => ({
  type: "httpDelay",
  host: "ct-webapp",
  fixedDelay: "7s",
  percentage: 100,
  everyone: true,
  ...more,
});

const range = (measured: readonly Measured[]) => {
  const times = measured.map(({ ms }) => ms);
  return `${(Math.min(...times) / 1000).toFixed(3)} to ${(Math.max(...times) / 1000).toFixed(3)} s`;
};

describeTraffic("faults of HTTP", (world) => {
  let ps: Sidecar;
  let web: Sidecar;
  let ip = "";
  const get = (from: Sidecar, path = "/", count = 1) =>
    from.measure({ kind: "http", address: ip, port: 80, host: "ct-webapp", path, count });
  const statuses = async (from: Sidecar, path = "/", count = 1) =>
    [...new Set((await get(from, path, count)).map(({ result }) => result))].sort();
  const answers = (from: Sidecar, status: string, path = "/") =>
    until(`${path} answers ${status}`, async () => (await statuses(from, path)).join() === status);

  before(async () => {
    ps = await world().sidecar({ app: "ps" });
    web = await world().sidecar({ app: "web" });
    ip = await world().clusterIP("ct-webapp");
    for (const sidecar of [ps, web]) await answers(sidecar, "200");
  });
  afterEach(async () => {
    await world().takeOut();
    for (const sidecar of [ps, web]) await answers(sidecar, "200");
  });

  it("abort: every one of 200 requests gets the status, and none after the end", async () => {
    await world().putIn(abort());
    await answers(ps, "503");
    const hit = await get(ps, "/any", 200);
    assert.ok(hit.every(({ result }) => result === "503"));
    figure(`503 on 200 of 200 requests, in ${range(hit)}`);
    await world().takeOut();
    await answers(ps, "200");
    assert.deepEqual(await statuses(ps, "/any", 200), ["200"]);
  });

  it("abort spares the Service's other ports", async () => {
    await world().putIn(abort());
    await answers(ps, "503");
    const [raw] = await ps.measure({ kind: "read", address: ip, port: 7000 });
    assert.equal(raw?.result, "hello");
  });

  it("delay: 7 s on the path and below it, none elsewhere; /authors is elsewhere", async () => {
    await world().putIn(delay({ prefix: "/auth" }));
    await until("slow", async () => ((await get(ps, "/auth"))[0]?.ms ?? 0) >= 7000);
    const slow = [
      ...(await get(ps, "/auth", 10)),
      ...(await get(ps, "/auth/login?next=/", 10)),
      ...(await get(ps, "/auth?x=1")),
    ];
    assert.ok(
      slow.every(({ result, ms }) => result === "200" && ms >= 7000),
      range(slow),
    );
    const fast = [...(await get(ps, "/authors", 10)), ...(await get(ps, "/", 10)), ...(await get(ps, "/AUTH", 10))];
    assert.ok(
      fast.every(({ result, ms }) => result === "200" && ms < 7000),
      range(fast),
    );
    figure(`delayed ${range(slow)}, others ${range(fast)}`);
  });

  it("a prefix with * hits /authors, too", async () => {
    await world().putIn(abort({ prefix: "/auth*" }));
    await answers(ps, "503", "/auth");
    assert.deepEqual([await statuses(ps, "/authors"), await statuses(ps, "/aut")], [["503"], ["200"]]);
  });

  it("sourceLabels spare the other callers", async () => {
    await world().putIn(abort({ sourceLabels: { app: "ps" }, everyone: undefined }));
    await answers(ps, "503");
    assert.deepEqual(await statuses(web, "/", 50), ["200"]);
  });

  it("sourceLabels spare the other callers of a delay, too", async () => {
    await world().putIn(delay({ fixedDelay: "7s", sourceLabels: { app: "ps" }, everyone: undefined }));
    await until("slow", async () => ((await get(ps))[0]?.ms ?? 0) >= 7000);
    assert.ok((await get(web, "/", 20)).every(({ result, ms }) => result === "200" && ms < 7000));
  });

  it("several faults on one host: each acts, in their order, and the rest is normal", async () => {
    await world().putIn(
      abort({ prefix: "/auth/login", httpStatus: 429 }),
      abort({ prefix: "/auth", httpStatus: 500 }),
      abort({ sourceLabels: { app: "ps" }, everyone: undefined, prefix: "/cart", httpStatus: 404 }),
    );
    for (const sidecar of [ps, web]) await answers(sidecar, "429", "/auth/login");
    const seen = async (from: Sidecar) =>
      (await Promise.all(["/auth/login", "/auth", "/cart", "/"].map((path) => statuses(from, path)))).flat();
    assert.deepEqual(
      [await seen(ps), await seen(web)],
      [
        ["429", "500", "404", "200"],
        ["429", "500", "200", "200"],
      ],
    );
  });

  it("percentage 25: within the binomial bounds of 1,000 requests", async () => {
    await world().putIn(abort({ percentage: 25 }));
    await until("some are hit", async () => (await statuses(ps, "/", 60)).includes("503"));
    const hit = (await get(ps, "/", 1000)).filter(({ result }) => result === "503").length;
    figure(`${String(hit)} of 1,000 requests at percentage 25`);
    // Five standard deviations: by chance once in two million runs.
    const deviation = Math.sqrt(1000 * 0.25 * 0.75);
    assert.ok(Math.abs(hit - 250) < 5 * deviation, String(hit));
  });

  it("percentage 0 hits nobody, and statuses at Istio's bounds are sent", async () => {
    await world().putIn(
      abort({ percentage: 0, prefix: "/none" }),
      abort({ httpStatus: 200, prefix: "/ok" }),
      abort({ httpStatus: 599 }),
    );
    await answers(ps, "599");
    assert.deepEqual([await statuses(ps, "/none", 50), await statuses(ps, "/ok")], [["200"], ["200"]]);
  });

  it("with istiod down the fault stays after its end, and goes when istiod is back", async () => {
    await world().putIn(abort());
    await answers(ps, "503");
    world().istiod.kill();
    await world().takeOut();
    assert.deepEqual(await statuses(ps, "/", 50), ["503"]);
    const start = Date.now();
    await world().istiod.start();
    await answers(ps, "200");
    figure(`${((Date.now() - start) / 1000).toFixed(1)} s from istiod's start to the end of the fault`);
  });
});
