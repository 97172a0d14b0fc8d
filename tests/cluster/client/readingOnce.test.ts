import assert from "node:assert/strict";
import { reasonOf } from "../../../cluster/client/errors";
import { listMetadata } from "../../../cluster/client/kubernetesClient";
import { listPages } from "../../../cluster/client/pages";
import { readingOnce } from "../../../cluster/client/readingOnce";
import { list, refusal, useApi } from "../../support/apiServer";

describe("a cluster that is read once", () => {
  const api = useApi();
  const path = "/api/v1/pods";

  it("is asked for a list once, also while the first answer is on its way", async () => {
    api.answers = { [`GET ${path}`]: list({ metadata: { name: "web" } }) };
    const cluster = readingOnce(api.cluster);
    const both = await Promise.all([listPages(cluster, path), listPages(cluster, path)]);
    assert.equal(both.flat().length, 2);
    assert.deepEqual(api.asked, [`GET ${path}?limit=500`]);
  });

  it("is asked again once an answer was given twice: nothing is kept that nobody asks for", async () => {
    api.answers = { [`GET ${path}`]: list() };
    const cluster = readingOnce(api.cluster);
    for (const turn of [1, 2, 3]) assert.deepEqual(await listPages(cluster, path), [], String(turn));
    assert.equal(api.asked.length, 2);
  });

  it("is asked for Secrets each time", async () => {
    const secrets = "/api/v1/namespaces/istio-system/secrets";
    api.answers = { [`GET ${secrets}`]: list() };
    const cluster = readingOnce(api.cluster);
    for (const turn of [1, 2]) assert.deepEqual(await listPages(cluster, secrets), [], String(turn));
    assert.equal(api.asked.length, 2);
  });

  it("is asked for what comes in another form, and for every change", async () => {
    api.answers = { [`GET ${path}`]: list(), [`POST ${path}`]: {} };
    const cluster = readingOnce(api.cluster);
    await cluster.send("GET", path);
    await listMetadata(cluster, path);
    for (const turn of [1, 2]) await cluster.send("POST", path, { body: { turn } });
    assert.equal(api.asked.length, 4);
  });

  it("says no once more where it said no", async () => {
    api.answers = { [`GET ${path}`]: 403 };
    const cluster = readingOnce(api.cluster);
    for (const turn of [1, 2])
      assert.equal(reasonOf(await refusal(listPages(cluster, path))), "not permitted (HTTP 403)", String(turn));
    assert.equal(api.asked.length, 1);
  });
});
