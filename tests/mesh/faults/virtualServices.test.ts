import assert from "node:assert/strict";
import { faultObjectsOf } from "../../../mesh/faults/allObjects";
import { drillNow, drillOf, faultsOf, keyOf, restOf, type DrillFound } from "../../../mesh/faults/drill";
import { faultName } from "../../../mesh/faults/fault";
import { chooseFault } from "../../../mesh/faults/findFault";
import { meshPlan } from "../../../mesh/meshPlan";
import { milliseconds } from "../../../settings/duration";
import { external, settingsOf } from "../../support/settings";

// What these do in traffic: tests/dataplane. Whether an API server takes them: tests/e2e/admission.test.ts.

const everyone = true;
const of = (faultInjection: object, more: object = {}) =>
  meshPlan(
    settingsOf({
      istio: { version: "1.30.3" },
      ...external,
      ...more,
      faultInjection: { enabled: true, ...faultInjection },
    }),
  );
const objects = (faults: readonly object[], more: object = {}) =>
  faultObjectsOf(of({ faults, ...more }), { start: "now" });
/** Without the drill's own end of the name. */
const plain = (key: string) => key.replace(/-[0-9a-f]{8}$/, "-…");
const specs = (faults: readonly object[]) =>
  Object.fromEntries(objects(faults).map((object) => [plain(keyOf(object)), object["spec"]]));

const abort = { type: "httpAbort", host: "ct-webapp", httpStatus: 503, everyone };

describe("objects of faults", () => {
  const delay = { type: "httpDelay", host: "ct-webapp", prefix: "/auth", fixedDelay: "1m30s", percentage: 5 };
  const route = [{ destination: { host: "ct-webapp" } }];
  const delayed = {
    match: [
      { uri: { exact: "/auth" }, sourceLabels: { app: "ps" } },
      { uri: { prefix: "/auth/" }, sourceLabels: { app: "ps" } },
    ],
    fault: { delay: { fixedDelay: "90s", percentage: { value: 5 } } },
    route,
  };
  const http = (faults: readonly object[]) =>
    (specs(faults)["VirtualService/fault-service-ct-webapp-…"] as { readonly http: readonly object[] }).http;

  it("several faults of a host are one VirtualService, in their order", () => {
    assert.deepEqual(specs([{ ...delay, sourceLabels: { app: "ps" } }, abort]), {
      "VirtualService/fault-service-ct-webapp-…": {
        hosts: ["ct-webapp"],
        exportTo: ["."],
        http: [delayed, { fault: { abort: { httpStatus: 503, percentage: { value: 100 } } }, route }],
      },
    });
  });

  it("the unfaulted default comes last, where a rule is not for all requests", () => {
    assert.deepEqual(http([{ ...delay, sourceLabels: { app: "ps" } }]), [delayed, { route }]);
    const some = { ...abort, everyone: undefined, sourceLabels: { app: "ps" } };
    assert.deepEqual(http([some]).at(-1), { route });
    assert.deepEqual(http([{ ...abort, prefix: "/auth" }]).at(-1), { route });
  });

  it("no rule follows one for all requests: its own route has those that the percentage spares", () => {
    const fault = { abort: { httpStatus: 503, percentage: { value: 25 } } };
    assert.deepEqual(http([{ ...abort, percentage: 25 }]), [{ fault, route }]);
    assert.deepEqual(http([{ ...abort, percentage: 25, prefix: "/" }]), [{ fault, route }]);
  });

  it("HTTP faults need no fake-service; the others bring it before them, with one port", () => {
    assert.deepEqual(objects([abort]).map(keyOf).map(plain), ["VirtualService/fault-service-ct-webapp-…"]);
    const made = specs([{ type: "tcpRedirect", host: "memcached", ports: [11211, 11212], everyone }]);
    assert.deepEqual(Object.keys(made), ["Service/fake-service", "VirtualService/fault-service-memcached-…"]);
    const route = [{ destination: { host: "fake-service", port: { number: 9000 } } }];
    assert.deepEqual(made["VirtualService/fault-service-memcached-…"], {
      hosts: ["memcached"],
      exportTo: ["."],
      tcp: [
        { match: [{ port: 11211 }], route },
        { match: [{ port: 11212 }], route },
      ],
    });
    const ports = [{ name: "tcp-fake", port: 9000, protocol: "TCP", targetPort: 9000 }];
    assert.deepEqual(made["Service/fake-service"], { ports });
  });

  it("an external service: one VirtualService for each of its hosts, by the protocols of its ports", () => {
    const made = specs([{ type: "externalHost", service: "bucket", sourceLabels: { app: "ps" } }]);
    const route = [{ destination: { host: "fake-service", port: { number: 9000 } } }];
    const host = "*.s3.eu-central-1.amazonaws.com";
    assert.deepEqual(made["VirtualService/fault-external-bucket.2-…"], {
      hosts: [host],
      exportTo: ["."],
      http: [{ match: [{ port: 80, sourceLabels: { app: "ps" } }], route }, { route: [{ destination: { host } }] }],
      tls: [{ match: [{ port: 443, sniHosts: [host], sourceLabels: { app: "ps" } }], route }],
    });
  });

  it("mode hang leads to an address where nobody is, with an address of its own", () => {
    const made = specs([{ type: "externalHost", service: "mysql", mode: "hang", everyone }]);
    assert.deepEqual(Object.keys(made), [
      "ServiceEntry/fake-service-hang",
      "DestinationRule/fake-service-hang",
      "VirtualService/fault-external-mysql-…",
    ]);
    const entry = made["ServiceEntry/fake-service-hang"] as { readonly addresses: readonly string[] };
    assert.deepEqual(entry.addresses, ["192.0.2.9"]);
  });

  it("all carry the label, drill, start and end; a VirtualService says what it does", () => {
    const all = objects([abort, { type: "tcpRedirect", host: "memcached", ports: [1], everyone }], {
      expires: "2030-01-01T00:00:00Z",
      reaper: true,
    });
    assert.equal(all.length, 7);
    for (const { kind, metadata } of all) {
      assert.equal(metadata.labels["jam-istio/fault"], "active");
      // The same of every drill.
      if (kind === "Service") continue;
      assert.match(metadata.annotations["jam-istio/drill"] ?? "", /^dev701-[0-9a-f]{8}$/);
      assert.equal(metadata.annotations["jam-istio/start"], "now");
      assert.equal(metadata.annotations["jam-istio/end"], "2030-01-01T00:00:00.000Z");
    }
    const acting = all.filter(({ kind }) => kind === "VirtualService");
    assert.equal(acting[0]?.metadata.annotations["jam-istio/effect"], "ct-webapp answers 503 for every pod");
    // What ends them on time is there before they are.
    assert.deepEqual(all.slice(-acting.length), acting);
    const role = all.find(({ kind }) => kind === "Role");
    assert.deepEqual(role?.["rules"], [
      {
        apiGroups: ["networking.istio.io"],
        resources: ["virtualservices"],
        resourceNames: all.filter(({ kind }) => kind === "VirtualService").map(({ metadata }) => metadata.name),
        verbs: ["delete"],
      },
    ]);
  });
});

describe("a drill of the settings", () => {
  const now = new Date("2026-06-01T12:00:00Z");
  const drillState = (settings: Parameters<typeof drillNow>[0], found: DrillFound) => drillNow(settings, found).state;

  it("is on, off, expired, or ended by hand", () => {
    assert.equal(drillState(of({ faults: [abort] }), { now }), "on");
    assert.equal(drillState(of({ enabled: false, faults: [abort] }), { now }), "off");
    assert.equal(drillState(of({ expires: "2026-06-01T12:00:00Z", faults: [abort] }), { now }), "expired");
    assert.equal(drillState(of({ expires: "2026-06-01T12:00:01Z", faults: [abort] }), { now }), "on");
    const settings = of({ faults: [abort] });
    assert.equal(drillState(settings, { now, ended: ["x", drillOf(settings)] }), "ended");
  });

  it("is of those faults that have all their VirtualServices", () => {
    const bucket = { type: "externalHost", service: "bucket", everyone };
    const plan = of({ faults: [abort, bucket, { ...abort, prefix: "/a" }].reverse() });
    const keys = faultObjectsOf(plan).map(keyOf);
    const names = (some: readonly string[]) => faultsOf(plan, some).map(faultName);
    assert.deepEqual(names(keys), ["httpAbort/ct-webapp/a", "externalHost/bucket", "httpAbort/ct-webapp"]);
    assert.deepEqual(names(keys.filter((key) => !key.includes("bucket.2"))), [
      "httpAbort/ct-webapp/a",
      "httpAbort/ct-webapp",
    ]);
    assert.deepEqual(names([]), []);
  });

  it("is ended where somebody removed some of it, in sync where all of it is there", () => {
    const plan = of({ faults: [abort, { ...abort, host: "other" }] });
    const keys = faultObjectsOf(plan).map(keyOf);
    const active = { now, active: keys };
    assert.deepEqual(drillNow(plan, { ...active, inCluster: keys }), { state: "on", inSync: true });
    assert.deepEqual(drillNow(plan, { ...active, inCluster: keys.slice(1) }), { state: "ended", inSync: false });
    assert.deepEqual(drillNow(plan, { ...active, inCluster: [] }), { state: "ended", inSync: false });
    assert.deepEqual(drillNow(plan, { now }), { state: "on", inSync: false });
    assert.deepEqual(drillNow(plan, { now, inCluster: [] }), { state: "on", inSync: false });
  });

  it("is another one when its faults or its end change, and nothing else does", () => {
    const one = of({ faults: [abort] });
    assert.equal(drillOf(of({ faults: [abort] }, { mail: { external: false } })), drillOf(one));
    assert.notEqual(drillOf(of({ faults: [{ ...abort, httpStatus: 500 }] })), drillOf(one));
    assert.notEqual(drillOf(of({ faults: [abort], expires: "2030-01-01T00:00:00Z" })), drillOf(one));
  });

  it("what the settings say beside faults does not change with them, nor shows in a passphrase", () => {
    assert.equal(restOf(of({ faults: [abort] }).settings), restOf(of({ enabled: false }).settings));
    assert.notEqual(
      restOf(of({ enabled: false }).settings),
      restOf(of({ enabled: false }, { mail: { external: false } }).settings),
    );
  });

  it("a fault is chosen by its place or its name", () => {
    const { faults } = of({ faults: [{ ...abort, prefix: "/a" }, abort, { ...abort, host: "other" }] }).settings
      .faultInjection;
    assert.equal(chooseFault(faults, "2"), faults[1]);
    assert.equal(chooseFault(faults, "httpAbort/ct-webapp/a"), faults[0]);
    const said = (from: typeof faults, asked: string) => {
      const found = chooseFault(from, asked);
      return typeof found === "string" ? found : "a fault";
    };
    assert.match(said(faults, "4"), /^no fault "4" in the settings: there are 1: httpAbort\/ct-webapp\/a, 2: /);
    assert.match(said([], "1"), /faultInjection\.faults is empty/);
  });

  it("durations are whole milliseconds", () => {
    const rows = {
      "7s": 7000,
      "1m30s": 90_000,
      "1.001s": 1001,
      "1ms": 1,
      "0.5ms": 0,
      "1.5ms": 0,
      "7": 0,
      "": 0,
      "1h": 3_600_000,
    };
    for (const [text, expected] of Object.entries(rows)) assert.equal(milliseconds(text), expected, text);
  });
});
