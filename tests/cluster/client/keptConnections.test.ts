import assert from "node:assert/strict";
import { reasonOf } from "../../../cluster/client/errors";
import { dies, list, refusal, useApi, type Answer } from "../../support/apiServer";

// Over plain HTTP. That it is so over TLS, and through a load balancer, is not shown here.

const path = "/api/v1/namespaces/dev701/pods";

describe("connections to a cluster", () => {
  const api = useApi();
  let opened = 0;
  api.http.on("connection", () => opened++);
  beforeEach(async () => {
    // One of its own for each test.
    api.cluster = await api.connect("");
    opened = 0;
    api.answers = { [`GET ${path}`]: list(), [`PATCH ${path}/a`]: {} };
  });

  it("are kept for what is read next, by either way of asking", async () => {
    const { send, core } = api.cluster;
    for (const ask of [() => send("GET", path), () => core.listNamespacedPod({ namespace: "dev701" })]) await ask();
    assert.equal(opened, 1);
  });

  it("are as many as are asked at the same time", async () => {
    await Promise.all([1, 2, 3].map(() => api.cluster.send("GET", path)));
    await Promise.all([1, 2, 3].map(() => api.cluster.send("GET", path)));
    assert.equal(opened, 3);
  });

  it("are not kept for a change", async () => {
    await api.cluster.send("GET", path);
    await api.cluster.send("PATCH", `${path}/a`, { body: {} });
    await api.cluster.send("PATCH", `${path}/a`, { body: {} });
    assert.equal(opened, 3);
  });

  it("that the server closed meanwhile are opened again", async () => {
    await Promise.all([1, 2].map(() => api.cluster.send("GET", path)));
    api.http.closeAllConnections();
    assert.equal(await api.cluster.send("GET", path), JSON.stringify(list()));
  });

  it("that break at the next request are opened again for it, once", async () => {
    await api.cluster.send("GET", path);
    const turns: Answer[] = [dies, list()];
    api.answers = { [`GET ${path}`]: () => turns.shift() ?? 500 };
    assert.equal(await api.cluster.send("GET", path), JSON.stringify(list()));
    turns.push(dies, dies);
    assert.match(reasonOf(await refusal(api.cluster.send("GET", path))), /socket hang up/);
    assert.deepEqual(turns, []);
  });
});
