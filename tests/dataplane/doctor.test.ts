// What the doctor says of who wins is what a real proxy does; what it says of proxies and istiod is these programs' own word.
import assert from "node:assert/strict";
import { delimiter } from "node:path";
import { connect } from "../../cluster/client/kubernetesClient";
import { analyze } from "../../cluster/doctor/istioctl";
import { readEvidence } from "../../cluster/doctor/readEvidence";
import { builtFolder, modulesOf } from "../../lab/goModules";
import { diagnose } from "../../mesh/doctor/diagnose";
import type { Finding } from "../../mesh/doctor/finding";
import { besides } from "../../mesh/doctor/istioctl";
import type { VirtualService } from "../../mesh/doctor/objects";
import { fullHost, routeFor } from "../../mesh/doctor/whoWins";
import { until } from "../e2e/support/until";
import type { Sidecar } from "./support/sidecar";
import { describeTraffic, figure } from "./support/suite";
import { at } from "./support/world";

const istio = (kind: string, name: string, spec: object, namespace: string) => ({
  apiVersion: "networking.istio.io/v1alpha3",
  kind,
  metadata: { name, namespace },
  spec,
});

describeTraffic("doctor", (world) => {
  let ps: Sidecar;
  const findings = async (namespace = "dev701"): Promise<readonly Finding[]> => {
    const cluster = await connect({ kubeconfig: world().plane.kubeconfig });
    return diagnose(await readEvidence(cluster, [namespace], { allow: ["end-of-life"] }));
  };
  const firstOf = async (code: string) => (await findings()).find((one) => one.code === code);
  const finds = (code: string) => until(code, async () => (await firstOf(code)) !== undefined);
  const removed = (...objects: readonly ReturnType<typeof istio>[]) =>
    Promise.all(
      objects.map(({ kind, metadata: { name, namespace } }) =>
        world().plane.kubectl("delete", kind, name, "-n", namespace),
      ),
    );

  before(async () => {
    ps = await world().sidecar({ app: "ps" });
  });

  it("a proxy and an istiod that are well: nothing of them is found, and nothing is left unseen", async () => {
    const cluster = await connect({ kubeconfig: world().plane.kubeconfig });
    const read = () => readEvidence(cluster, ["dev701"], { allow: ["end-of-life"] });
    let evidence = await read();
    // A proxy that takes longer than a person would wait is left out, and named.
    await until("all of it is seen", async () => {
      const { proxies, istiod, unseen } = (evidence = await read());
      return proxies.length === 1 && istiod !== undefined && !unseen.some((line) => /istiod's|log levels/.test(line));
    });
    assert.ok(Object.keys(evidence.proxies[0]?.loggers ?? {}).length > 20);
    assert.deepEqual(evidence.istiod, { rejected: 0, rejections: [], conflicts: evidence.istiod?.conflicts ?? [] });
    const mesh = diagnose(evidence).filter(({ code }) => /rejected|log-level|fault|route|captured/.test(code));
    assert.deepEqual(mesh, []);
  });

  it("what istioctl analyze finds comes beside, and nothing of it twice", async () => {
    const [{ PATH }, kubeconfig] = [process.env, world().plane.kubeconfig];
    const route = [{ destination: { host: "ct-webapp", subset: "v9", port: { number: 80 } } }];
    const lost = istio("VirtualService", "lost", { hosts: ["lost.example.com"], http: [{ route }] }, "dev701");
    try {
      await world().apply(lost);
      process.env["PATH"] = [...modulesOf("traffic").map(builtFolder), PATH].join(delimiter);
      const own = await findings();
      const { findings: theirs, unseen } = await analyze({ kubeconfig }, ["dev701"]);
      const ofLost = (some: readonly Finding[]) =>
        some.flatMap(({ object, code }) => (object === "VirtualService dev701/lost" ? [code] : []));
      const found = [ofLost(own), ofLost(theirs), ofLost(besides(own, theirs))];
      assert.deepEqual([unseen, ...found], [undefined, ["subset-unknown"], ["IST0101"], []]);
      assert.ok(besides(own, theirs).some(({ code }) => code === "IST0118"));
    } finally {
      process.env["PATH"] = PATH;
      await removed(lost);
    }
  });

  const host = "ct-webapp";
  const full = "ct-webapp.dev701.svc.cluster.local";
  const cases: readonly (readonly [
    why: string,
    routes: readonly (readonly [name: string, namespace: string, spec: object])[],
  ])[] = [
    [
      "the older",
      [
        ["b-old", "dev701", { hosts: [host] }],
        ["a-young", "dev701", { hosts: [host] }],
      ],
    ],
    [
      "private before an older public one",
      [
        ["public", "dev701", { hosts: [full] }],
        ["private", "dev701", { hosts: [host], exportTo: ["."] }],
      ],
    ],
    [
      "another namespace's, by name before public",
      [
        ["public", "dev701", { hosts: [host] }],
        ["named", "integration702", { hosts: [full], exportTo: ["dev701"] }],
      ],
    ],
    [
      "exact before an older, private wildcard",
      [
        ["wide", "dev701", { hosts: ["*.dev701.svc.cluster.local"], exportTo: ["."] }],
        ["exact", "dev701", { hosts: [host] }],
      ],
    ],
    [
      "the longer wildcard",
      [
        ["wide", "dev701", { hosts: ["*.svc.cluster.local"] }],
        ["long", "dev701", { hosts: ["*.dev701.svc.cluster.local"] }],
      ],
    ],
    [
      "another namespace's, kept to itself, not",
      [
        ["kept", "integration702", { hosts: [full], exportTo: ["."] }],
        ["own", "dev701", { hosts: [host] }],
      ],
    ],
  ];
  for (const [why, routes] of cases) {
    it(`who wins: ${why}`, async () => {
      const objects = routes.map(([name, namespace, spec], n) => {
        const fault = { abort: { httpStatus: 510 + n, percentage: { value: 100 } } };
        const http = [{ fault, route: [{ destination: { host: full } }] }];
        return istio("VirtualService", name, { ...spec, http }, namespace);
      });
      for (const one of objects) {
        await world().apply(one);
        // A time of creation has no parts of a second.
        await new Promise((resolve) => setTimeout(resolve, 1100));
      }
      const cluster = await connect({ kubeconfig: world().plane.kubeconfig });
      const { virtualServices } = await readEvidence(cluster, ["dev701"]);
      const winner: VirtualService =
        routeFor(fullHost(host, "dev701"), "dev701", virtualServices)?.winner ?? assert.fail();
      const place = objects.findIndex(({ metadata }) => metadata.name === winner.metadata.name);
      const ip = await world().clusterIP(host);
      const status = async () => (await ps.measure({ kind: "http", address: ip, port: 80, host }))[0]?.result;
      await until(`${winner.metadata.name} answers`, async () => (await status()) === String(510 + place));
      await removed(...objects);
      await until("none answers", async () => (await status()) === "200");
    });
  }

  it("who wins: of two entries for one TCP port the one that it names takes the other's connections", async () => {
    const entry = (name: string, namespace: string, more: object = {}) =>
      istio(
        "ServiceEntry",
        name,
        {
          hosts: [`${name}.example.com`],
          ports: [{ number: 3306, name: "tcp-x", protocol: "TCP" }],
          resolution: "DNS",
          location: "MESH_EXTERNAL",
          ...more,
        },
        namespace,
      );
    await world().plane.kubectl("create", "namespace", "one");
    const young = await world().sidecar({ app: "young" }, "one");
    const answer = async () => (await young.measure({ kind: "read", address: at.stranger, port: 3306 }))[0]?.result;
    // The public one is older, and the namespace's own comes before it.
    const foreign = entry("reader", "two");
    await world().plane.kubectl("create", "namespace", "two");
    await world().apply(foreign);
    await until("reader takes it", async () => (await answer()) === "reader");
    const captured = async () => (await findings("one")).find(({ code }) => code === "port-captured");
    assert.match((await captured())?.object ?? "", /two\/reader$/);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await world().apply(entry("db", "one", { exportTo: ["."] }));
    const named = await captured();
    assert.match(named?.object ?? "", /one\/db$/);
    assert.match(named?.sentence ?? "", /those meant for ServiceEntry two\/reader/);
    await until("db takes it", async () => (await answer()) === "hello");
    figure(`${named?.sentence ?? ""}: so it is`);
    await removed(foreign);
  });

  it("a log level that was left, in the words of the proxy", async () => {
    await ps.admin("logging?level=debug", "POST");
    await finds("log-level");
    await ps.admin("logging?level=warning", "POST");
    assert.equal(await firstOf("log-level"), undefined);
  });

  it("a proxy that refuses its configuration, with Envoy's own message", async () => {
    const broken = {
      applyTo: "CLUSTER",
      match: { context: "SIDECAR_OUTBOUND" },
      patch: {
        operation: "MERGE",
        value: { connect_timeout: "0s", per_connection_buffer_limit_bytes: 1, lb_policy: "CLUSTER_PROVIDED" },
      },
    };
    const filter = istio("EnvoyFilter", "broken", { configPatches: [broken] }, "dev701");
    await world().apply(filter);
    let named: Finding | undefined;
    await until("config-rejected", async () => (named = await firstOf("config-rejected")) !== undefined);
    const cause = /^Cluster: outbound\|\S+: Proto constraint validation failed \(.*ConnectTimeout/;
    assert.match(named?.object ?? "", new RegExp(`^Proxy ${ps.pod}\\.dev701$`));
    assert.match(named?.evidence ?? "", cause);
    await removed(filter);
    await until("it takes it again", async () => (await firstOf("config-rejected")) === undefined);
  });
});
