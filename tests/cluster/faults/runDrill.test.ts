import assert from "node:assert/strict";
import type { DrillTask } from "../../../cluster/faults/judgeDrill";
import { runDrill } from "../../../cluster/faults/runDrill";
import { meshPlan } from "../../../mesh/meshPlan";
import { dies, failure, list, refusal, useApi, type Answer } from "../../support/apiServer";
import { settingsOf } from "../../support/settings";
import { useClock } from "../support/clock";
import { paths, planeDeployment, planePod, pod } from "../support/objects";

// A drill against a stand-in for the API server, where that fails in its middle. What a fault does is shown by tests/dataplane/drills.

const plan = meshPlan(
  settingsOf({
    namespace: "dev701",
    istio: { version: "1.30.3", controlPlane: "shared" },
    kiali: { enabled: false },
    faultInjection: { faults: [{ type: "httpAbort", host: "web", httpStatus: 503, everyone: true }] },
  }),
);

describe("a drill", () => {
  const api = useApi();
  useClock();
  const job = "fault-reaper-0123abcd";
  const [routes, jobs] = [
    "/apis/networking.istio.io/v1alpha3/namespaces/dev701/virtualservices",
    "/apis/batch/v1/namespaces/dev701/jobs",
  ];
  const pods = paths.pods("dev701");
  const sidecar = pod("ps", { images: { app: "app:1", "istio-proxy": "istio/proxyv2:1.30.3" } });
  const web = { metadata: { name: "web", namespace: "dev701" }, spec: { ports: [{ name: "http", port: 80 }] } };
  const usual: Readonly<Record<string, Answer>> = {
    "GET /version": { major: "1", minor: "34" },
    "GET /api/v1/namespaces/dev701/services": list(web),
    [`GET ${pods}`]: list(sidecar),
    [`GET ${pods}?labelSelector=job-name=${job}`]: list(pod(job)),
    [`GET ${paths.deployments("istio-system")}`]: list(planeDeployment("istiod", "1.30.3")),
    [`GET ${paths.pods("istio-system")}`]: list(planePod("istiod-1", "1.30.3")),
  };
  const run = async (answer: Answer, more: Readonly<Record<string, Answer>> = {}) => {
    const answers = { ...usual, [`POST ${routes}`]: answer, ...more };
    // Of the rest nothing is there, and what is made is taken.
    const rest = (key: string) =>
      /^GET .*\/v1\/namespaces\/[^/]+$/.test(key) ? undefined : key.startsWith("GET ") ? list() : {};
    api.answers = new Proxy<Readonly<Record<string, Answer>>>(answers, {
      get: (known, key: string) => known[key] ?? rest(key),
    });
    const [fault] = plan.settings.faultInjection.faults;
    assert.ok(fault);
    const said: string[] = [];
    const task: DrillTask = {
      ...{ plan, fault, ms: 60_000, reaper: true, signal: new AbortController().signal },
      log: (line) => said.push(line),
      tick: () => undefined,
    };
    const error = String(await refusal(runDrill(api.cluster, task, "dev701/0123abcd")));
    const changes = api.asked.filter((line) => !line.startsWith("GET ")).map((line) => line.replace(/ \{.*|\?.*/, ""));
    const removed = changes.filter((line) => line.startsWith("DELETE ")).map((line) => line.slice("DELETE ".length));
    assert.ok(changes.includes(`POST ${jobs}`), changes.join("\n"));
    return { error, said: said.join("\n"), removed };
  };
  const fault = `${routes}/fault-service-web-0123abcd`;

  for (const [title, answer] of [
    ["an API server that gives no answer", dies],
    ["a balancer before it that gives up", 504],
    ["an etcd that is late", failure(500, "etcdserver: request timed out")],
  ] as const)
    it(`whose fault may be made or not, by ${title}, leaves the Job that ends it`, async () => {
      const { error, said, removed } = await run(answer);
      assert.match(error, /socket hang up|HTTP 50[04]/);
      assert.match(said, /makes the fault after all is not known: the Job that ends it stays until its time$/m);
      assert.deepEqual(removed, [fault]);
    });

  for (const [title, at] of [
    ["before it is in", 2],
    ["at the same moment", 3],
  ] as const)
    it(`beside which another one began, ${title}, is refused, and leaves nothing`, async () => {
      let looks = 0;
      const other = {
        metadata: { name: "other", namespace: "dev701", annotations: { "jam-istio/drill": "dev701/9" } },
        spec: { hosts: ["web"], http: [{ fault: {} }] },
      };
      const { error, removed } = await run(
        {},
        {
          "GET /apis/networking.istio.io/v1alpha3/virtualservices": () => list(...(++looks < at ? [] : [other])),
        },
      );
      assert.match(error, /VirtualService dev701\/other already routes host web/);
      assert.deepEqual([looks, removed.slice(0, 2)], [at, [fault, `${jobs}/${job}`]]);
    });

  it("goes by the cluster's clock in what ends it where this process is gone", async () => {
    const ahead = 3_600_000;
    const accounts = "/api/v1/namespaces/dev701/serviceaccounts";
    const { said } = await run(dies, {
      [`POST ${accounts}?dryRun=All`]: () => ({
        metadata: { creationTimestamp: new Date(Date.now() + ahead).toISOString().replace(/\.\d+/, "") },
      }),
    });
    assert.match(said, /^the cluster's clock is 60 min ahead of this machine's/m);
    const end = /"name":"END","value":"(\d+)"/.exec(api.asked.find((line) => line.startsWith(`POST ${jobs}`)) ?? "");
    const left = Number(end?.[1]) * 1000 - Date.now() - ahead;
    assert.ok(left > 60_000 && left < 180_000, String(left));
  });

  it("whose fault is refused, as by a webhook that fails, leaves nothing", async () => {
    const { error, said, removed } = await run(failure(500, 'failed calling webhook "validation.istio.io"'));
    assert.match(error, /failed calling webhook/);
    assert.doesNotMatch(said, /stays until/);
    assert.deepEqual(removed.slice(0, 2), [fault, `${jobs}/${job}`]);
    assert.equal(removed.length, 5);
  });
});
