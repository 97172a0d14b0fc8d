import assert from "node:assert/strict";
import { keepsSystemNamespace } from "../../../components/state/systemNamespace";
import { retainedControlPlanes } from "../../../components/state/retainedControlPlanes";
import { emptyState } from "../../../components/state/stackState";
import { meshPlan } from "../../../mesh/meshPlan";
import { paths, planePod } from "../../cluster/support/objects";
import { failure, list, useApi } from "../../support/apiServer";
import { modernVersion, settingsOf } from "../../support/settings";

const canary = { version: modernVersion, revision: "new" };
const moved = meshPlan(settingsOf({ istio: canary, injection: "revision" }));
const state = { ...emptyState, releases: [{ name: "istiod", revision: 1, args: { chart: "istiod" } }] };
const tags = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
const metrics = "/api/v1/namespaces/istio-system/pods/istiod-1:15014/proxy/metrics";

describe("an old control plane", () => {
  const api = useApi();
  const connected = () => Promise.resolve(api.cluster);
  const empty = {
    "GET /api/v1/pods": list(),
    "GET /api/v1/namespaces": list(),
    "GET /apis/apps/v1/deployments": list(),
    [`GET ${tags}`]: list(),
    [`GET ${paths.pods("istio-system")}`]: list(planePod("istiod-1", "1.28.10")),
    [`GET ${metrics}`]: "pilot_xds 0\n",
  };
  const judged = async (answers: object, plan = moved) => {
    api.answers = { ...empty, ...answers };
    const lines: string[] = [];
    const kept = await retainedControlPlanes(plan, state, connected, (line) => lines.push(line));
    return [kept.length, ...lines];
  };

  it("goes when nobody needs it", async () => {
    assert.deepEqual(await judged({}), [0, "control plane istiod goes: nobody needs it any more"]);
  });

  it("stays for a namespace without a pod", async () => {
    const jobs = { metadata: { name: "jobs", labels: { "istio-injection": "enabled" } } };
    assert.deepEqual(await judged({ "GET /api/v1/namespaces": list(jobs) }), [
      1,
      "control plane istiod stays: needed by namespace jobs (label istio-injection=enabled)",
    ]);
  });

  it("stays for the instance that has not moved, though nothing runs there yet", async () => {
    const plan = meshPlan(settingsOf({ istio: canary }));
    const own = { metadata: { name: "dev701", labels: {} } };
    assert.deepEqual(await judged({ "GET /api/v1/namespaces": list(own) }, plan), [
      1,
      "control plane istiod stays: needed by namespace dev701 (this stack's settings)",
    ]);
  });

  it("stays for a virtual machine", async () => {
    assert.deepEqual(await judged({ [`GET ${metrics}`]: "pilot_xds 3\n" }), [
      1,
      "control plane istiod stays: needed by 3 connections from outside of the cluster (metric pilot_xds)",
    ]);
  });

  it("stays where it may not be seen who needs it, and goes without its metrics", async () => {
    assert.deepEqual(await judged({ [`GET ${tags}`]: failure(403, "no") }), [
      1,
      "control plane istiod stays: who needs it cannot be seen whole (revision tags: not permitted (HTTP 403))",
    ]);
    assert.deepEqual(await judged({ [`GET ${metrics}`]: 403 }), [
      0,
      "control plane istiod goes: nobody needs it any more; whether proxies outside of the cluster are connected was not seen " +
        "(not permitted (HTTP 403))",
    ]);
  });
});

describe("namespace istio-system", () => {
  const api = useApi();
  const connected = () => Promise.resolve(api.cluster);
  const keeps = (known: Parameters<typeof keepsSystemNamespace>[1] = emptyState) =>
    keepsSystemNamespace(moved, known, connected);

  it("that was there before the stack is kept, and the state says so later", async () => {
    assert.equal(await keeps(), false);
    api.answers = { "GET /api/v1/namespaces/istio-system": { kind: "Namespace", metadata: { name: "istio-system" } } };
    assert.equal(await keeps(), true);
    assert.equal(await keeps({ ...emptyState, systemNamespace: "made" }), false);
    assert.equal(await keeps({ ...emptyState, systemNamespace: "found" }), true);
  });
});
