import assert from "node:assert/strict";
import { runDrill, type DrillTask } from "../../../cluster/faults/runDrill";
import { meshPlan } from "../../../mesh/meshPlan";
import { dies, list, refusal, useApi, type Answer } from "../../support/apiServer";
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

  it("whose fault nobody knows to be made or not leaves the Job that ends it", async () => {
    const [fault] = plan.settings.faultInjection.faults;
    assert.ok(fault);
    const said: string[] = [];
    const task: DrillTask = {
      ...{ plan, fault, ms: 60_000, reaper: true, signal: new AbortController().signal },
      log: (line) => said.push(line),
      tick: () => undefined,
    };
    const answers: Readonly<Record<string, Answer>> = {
      "GET /api/v1/namespaces/dev701/services": list({
        metadata: { name: "web", namespace: "dev701" },
        spec: { ports: [{ name: "http", port: 80 }], clusterIP: "10.0.0.1" },
      }),
      [`GET ${paths.pods("dev701")}`]: list(
        pod("ps", { images: { app: "app:1", "istio-proxy": "istio/proxyv2:1.30.3" } }),
      ),
      [`GET ${paths.deployments("istio-system")}`]: list(planeDeployment("istiod", "1.30.3")),
      [`GET ${paths.pods("istio-system")}`]: list(planePod("istiod-1", "1.30.3")),
      "GET /version": { major: "1", minor: "34" },
      [`GET ${paths.pods("dev701")}?labelSelector=job-name=${job}`]: list(pod(job)),
      "POST /apis/networking.istio.io/v1alpha3/namespaces/dev701/virtualservices": dies,
    };
    // Of the rest nothing is there, and what is made is taken.
    api.answers = new Proxy(answers, {
      get: (known, key: string) =>
        known[key] ??
        (/^GET (\/version|.*\/v1\/namespaces\/[^/]+)$/.test(key) ? undefined : key.startsWith("GET ") ? list() : {}),
    });
    const error = await refusal(runDrill(api.cluster, task, "dev701/0123abcd"));
    assert.match(String(error), /socket hang up/);
    assert.ok(
      said.includes(
        "whether the API server makes the fault after all is not known: the Job that ends it stays until its time",
      ),
      said.join("\n"),
    );
    const changes = api.asked.filter((line) => !line.startsWith("GET ")).map((line) => line.replace(/ \{.*|\?.*/, ""));
    const routes = "/apis/networking.istio.io/v1alpha3/namespaces/dev701/virtualservices";
    assert.deepEqual(changes.slice(-2), [`POST ${routes}`, `DELETE ${routes}/fault-service-web-0123abcd`]);
    assert.ok(changes.includes("POST /apis/batch/v1/namespaces/dev701/jobs"));
  });
});
