// What the doctor says of running proxies and applications, by real ones: counters, addresses that are passed over, sockets.
import assert from "node:assert/strict";
import { connect } from "../../cluster/client/kubernetesClient";
import { readEvidence } from "../../cluster/doctor/readEvidence";
import { diagnose } from "../../mesh/doctor/diagnose";
import type { Finding } from "../../mesh/doctor/finding";
import { until } from "../e2e/support/until";
import type { Sidecar } from "./support/sidecar";
import { describeTraffic, figure } from "./support/suite";
import { at } from "./support/world";
import { service } from "./support/worldObjects";

const istio = (kind: string, name: string, spec: object) => ({
  apiVersion: "networking.istio.io/v1alpha3",
  kind,
  metadata: { name, namespace: "dev701" },
  spec,
});

describeTraffic("doctor, what runs", (world) => {
  let ps: Sidecar;
  const read = async () =>
    readEvidence(await connect({ kubeconfig: world().plane.kubeconfig }), ["dev701"], { allow: ["end-of-life"] });
  /** With its counters: a proxy that takes longer than a person would wait is named as unseen, and is asked again here. */
  const seen = async () => {
    let evidence = await read();
    await until("its proxy answers in time", async () => {
      if (evidence.counters.length === 1) return true;
      evidence = await read();
      return false;
    });
    return evidence;
  };
  const findings = async (): Promise<readonly Finding[]> => diagnose(await seen());
  const keyOf = ({ code, object }: Finding) => `${code} ${object}`;
  const remove = (kind: string, name: string) => world().plane.kubectl("delete", kind, name, "-n", "dev701");
  /** Calls a Service of dev701. */
  const call = async (name: string, more: { readonly path?: string; readonly count?: number } = {}) =>
    ps.measure({ kind: "http", address: await world().clusterIP(name), port: 80, host: name, ...more });
  /** What comes beside what was found before, alone. */
  const onlyNew = async (code: string, before: readonly Finding[], act: () => Promise<unknown>): Promise<Finding> => {
    const known = before.map(keyOf);
    let fresh: readonly Finding[] = [];
    await until(code, async () => {
      await act();
      fresh = (await findings()).filter((one) => !known.includes(keyOf(one)));
      return fresh.length > 0;
    });
    assert.deepEqual(
      fresh.map((one) => one.code),
      [code],
      JSON.stringify(fresh),
    );
    const [found = assert.fail()] = fresh;
    figure(`${found.severity} ${found.object}: ${found.sentence} (${found.evidence})`);
    return found;
  };

  before(async () => {
    await world().apply(
      ...service("dev701", "cutting", at.webapp, [{ name: "http-x", port: 80, target: 8098 }]),
      ...service("dev701", "failing", at.webapp, [{ name: "http-x", port: 80, target: 8080 }]),
    );
    ps = await world().sidecar({ app: "ps" });
  });

  it("of proxies that only did their work nothing is found, and nothing is left unseen", async () => {
    await until("it answers", async () => (await call("ct-webapp"))[0]?.result === "200");
    let evidence = await seen();
    // Envoy counts its own time every five seconds.
    await until("its counters are there", async () => {
      evidence = await seen();
      return (evidence.counters[0]?.uptime ?? 0) > 0;
    });
    assert.deepEqual(evidence.counters[0]?.counted, []);
    assert.ok(!evidence.unseen.some((line) => /counters|listen|ejected/.test(line)), evidence.unseen.join("\n"));
    assert.deepEqual(
      diagnose(evidence).filter(({ code }) => /blocked|cut|overflow|ejected|locally/.test(code)),
      [],
    );
  });

  it("outbound-blocked: a connection to nobody that is known, where a Sidecar lets only known ones through", async () => {
    const before = await findings();
    const sidecar = istio("Sidecar", "default", { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } });
    await world().apply(sidecar);
    const found = await onlyNew("outbound-blocked", before, () =>
      ps.measure({ kind: "read", address: at.stranger, port: 9999, timeout: 1000 }),
    );
    assert.deepEqual([found.severity, found.object], ["info", `Pod dev701/${ps.pod}`]);
    await remove("sidecar", "default");
    // What is let through again is no finding, whatever was counted before.
    assert.ok(!(await findings()).some(({ code }) => code === "outbound-blocked"));
  });

  it("connection-cut: a server that closes with a request on the connection", async () => {
    const found = await onlyNew("connection-cut", await findings(), () => call("cutting", { count: 5 }));
    assert.equal(found.severity, "info");
    assert.match(found.evidence, /^since the proxy of pod \S+ started, \d+ min ago: \S*cutting\S*: \d+$/);
  });

  it("calls-overflowed: more at the same time than a connectionPool allows", async () => {
    const before = await findings();
    const connectionPool = { tcp: { maxConnections: 1 }, http: { http1MaxPendingRequests: 1 } };
    await world().apply(istio("DestinationRule", "small", { host: "ct-webapp", trafficPolicy: { connectionPool } }));
    const found = await onlyNew("calls-overflowed", before, () => call("ct-webapp", { count: 20 }));
    assert.match(found.evidence, /ct-webapp/);
    await remove("destinationrule", "small");
  });

  it("hosts-ejected: an address that failed, until it is let in again", async () => {
    const before = await findings();
    const outlierDetection = {
      consecutive5xxErrors: 1,
      interval: "1s",
      baseEjectionTime: "300s",
      maxEjectionPercent: 100,
    };
    await world().apply(istio("DestinationRule", "strict", { host: "failing", trafficPolicy: { outlierDetection } }));
    const found = await onlyNew("hosts-ejected", before, () => call("failing", { path: "/status/500" }));
    assert.equal(found.object, "host failing.dev701.svc.cluster.local");
    assert.match(found.evidence, new RegExp(`${at.webapp}:8080`));
    await remove("destinationrule", "strict");
    await until("it is back", async () => !(await findings()).some(({ code }) => code === "hosts-ejected"));
  });

  it("listens-locally: by exec in the sidecar's container; a port on the pod's own address is none", async () => {
    const before = await findings();
    // Port 15000 of the loopback stands for an application's: something listens there in every pod of the tests.
    const spec = (targetPort: number) => ({
      ...{ apiVersion: "v1", kind: "Service", metadata: { name: "local", namespace: "dev701" } },
      spec: { selector: { app: "ps" }, ports: [{ name: "http-x", port: 80, targetPort }] },
    });
    await world().apply(spec(15000));
    const found = await onlyNew("listens-locally", before, () => Promise.resolve());
    assert.deepEqual([found.severity, found.object], ["error", "Service dev701/local"]);
    await world().apply(spec(8080));
    await until("it is gone", async () => !(await findings()).some(({ code }) => code === "listens-locally"));
    await until("it listens on its own address", async () =>
      ((await read()).listening[0]?.listeners ?? []).some(({ port, local }) => port === 8080 && !local),
    );
  });
});
