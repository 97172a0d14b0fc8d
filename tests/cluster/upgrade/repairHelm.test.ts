import assert from "node:assert/strict";
import { adoptCrds, removeHooks, removeJobs, removeRecords } from "../../../cluster/upgrade/repairHelm";
import { reasonOf } from "../../../cluster/client/errors";
import { dies, refusal, useApi } from "../../support/apiServer";
import { useClock } from "../support/clock";

// What is sent to the API server. That Helm takes up a release afterwards is shown by tests/e2e/repair.test.ts.

const secrets = "/api/v1/namespaces/istio-system/secrets";
const jobs = "/apis/batch/v1/namespaces/istio-system/jobs";
const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

describe("the repair of Helm's releases", () => {
  const api = useApi();
  const clock = useClock();

  it("records are removed, one after the other; one that is gone already is fine", async () => {
    api.answers = { [`DELETE ${secrets}/b`]: {} };
    await removeRecords(api.cluster, ["a", "b"]);
    assert.deepEqual(api.asked, [`DELETE ${secrets}/a`, `DELETE ${secrets}/b`]);
  });

  it("without names nothing is asked", async () => {
    await removeRecords(api.cluster, []);
    await removeJobs(api.cluster, []);
    await adoptCrds(api.cluster, []);
    assert.deepEqual(api.asked, []);
  });

  it("a Job is removed with its pods, and waited for until it is gone", async () => {
    let looks = 0;
    api.answers = { [`DELETE ${jobs}/a`]: {}, [`GET ${jobs}/a`]: () => (++looks < 3 ? { metadata: {} } : 404) };
    await removeJobs(api.cluster, ["a", "b"]);
    assert.deepEqual(api.asked, [
      `DELETE ${jobs}/a?propagationPolicy=Background`,
      ...Array.from({ length: 3 }, () => `GET ${jobs}/a`),
      `DELETE ${jobs}/b?propagationPolicy=Background`,
      `GET ${jobs}/b`,
    ]);
  });

  it("of a release's Jobs those of its hooks are removed; who may not list them is told so", async () => {
    const list = `GET ${jobs}`;
    const job = (name: string, annotations = {}) => ({ metadata: { name, annotations } });
    const items = [job("hook", { "helm.sh/hook": "post-install" }), job("own")];
    api.answers = {
      [`${list}?labelSelector=release%3Distio`]: { items },
      [list]: { items },
      [`DELETE ${jobs}/hook`]: {},
    };
    assert.deepEqual(await removeHooks(api.cluster, "istio"), [
      "Job hook, which a hook of release istio left, was removed",
    ]);
    assert.deepEqual(
      api.asked.filter((one) => one.startsWith("DELETE")),
      [`DELETE ${jobs}/hook?propagationPolicy=Background`],
    );
    api.answers = { [`${list}?labelSelector=release%3Distio`]: 403, [list]: 403 };
    assert.match((await removeHooks(api.cluster, "istio")).join(), /^warning: Jobs in istio-system may not be read/);
  });

  it("a Job that stays is given up", async () => {
    api.answers = { [`DELETE ${jobs}/a`]: {}, [`GET ${jobs}/a`]: { metadata: { finalizers: ["x"] } } };
    await assert.rejects(removeJobs(api.cluster, ["a", "b"]), { message: "Job a does not go away" });
    assert.deepEqual(
      api.asked.filter((one) => one.includes("/jobs/b")),
      [],
    );
  });

  it("a CRD gets the labels and annotations by which Helm knows its own, and nothing else", async () => {
    api.answers = { [`PATCH ${crds}/a.istio.io`]: {} };
    await adoptCrds(api.cluster, ["a.istio.io"]);
    const labels = { "app.kubernetes.io/managed-by": "Helm" };
    const annotations = {
      "meta.helm.sh/release-name": "istio-base",
      "meta.helm.sh/release-namespace": "istio-system",
    };
    assert.deepEqual(api.asked, [`PATCH ${crds}/a.istio.io ${JSON.stringify({ metadata: { labels, annotations } })}`]);
  });

  const works = {
    "the removal of a record": { asked: `DELETE ${secrets}/a`, work: () => removeRecords(api.cluster, ["a", "b"]) },
    "the removal of a Job": { asked: `DELETE ${jobs}/a`, work: () => removeJobs(api.cluster, ["a", "b"]) },
    "the marking of a CRD": { asked: `PATCH ${crds}/a`, work: () => adoptCrds(api.cluster, ["a", "b"]) },
  };
  for (const [what, { asked, work }] of Object.entries(works)) {
    for (const [name, answer, reason] of [
      ["is not permitted", 403, /^not permitted \(HTTP 403\)$/],
      ["meets a conflict", 409, /^HTTP 409$/],
      ["meets a server that dies", dies, /socket hang up/],
      ["meets a server that is silent", clock.silentFor(20), /^(removing|marking) (Job )?a: no answer within 20 s$/],
    ] as const) {
      it(`where ${what} ${name}, that is an error, and the next is left alone`, async () => {
        api.answers = { [asked]: answer };
        assert.match(reasonOf(await refusal(work())), reason);
        assert.equal(api.asked.length, 1);
      });
    }
  }

  it("a CRD that is gone meanwhile is an error: Helm would not find what the gate judged", async () => {
    assert.equal(reasonOf(await refusal(adoptCrds(api.cluster, ["a"]))), "HTTP 404");
  });
});
