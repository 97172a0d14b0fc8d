import assert from "node:assert/strict";
import { reasonOf } from "../../../cluster/client/errors";
import { listMetadata, type Cluster } from "../../../cluster/client/kubernetesClient";
import { list, refusal, useApi } from "../../support/apiServer";
import { useClock } from "../support/clock";

// Requests as they are sent, without TLS. How a connection is opened is in connect.test.ts.

const path = "/apis/networking.istio.io/v1alpha3/virtualservices";

describe("a request as it is", () => {
  const api = useApi();
  const clock = useClock();
  const send = (...args: Parameters<Cluster["send"]>) => api.cluster.send(...args);

  it("has its method, its path with its query, and its body", async () => {
    api.answers = { [`POST ${path}`]: {}, [`PATCH ${path}/a`]: {}, [`DELETE ${path}/a`]: "gone" };
    assert.equal(await send("POST", `${path}?dryRun=All`, { body: { a: "é" } }), "{}");
    assert.equal(await send("PATCH", `${path}/a`, { body: { b: null } }), "{}");
    assert.equal(await send("DELETE", `${path}/a`), "gone");
    assert.deepEqual(api.asked, [
      `POST ${path}?dryRun=All {"a":"é"}`,
      `PATCH ${path}/a {"b":null}`,
      `DELETE ${path}/a`,
    ]);
  });

  it("is sent again to a server that is busy, which did nothing, and to no other", async () => {
    let turn = 0;
    api.answers = { [`POST ${path}`]: () => (++turn < 4 ? 429 : {}) };
    assert.equal(await send("POST", path, { body: {} }), "{}");
    assert.deepEqual([turn, clock.slept()], [4, 1.5]);
    api.answers = { [`POST ${path}`]: () => (++turn < 100 ? 503 : {}) };
    assert.equal(reasonOf(await refusal(send("POST", path))), "HTTP 503");
    assert.equal(turn, 5);
  });

  it("is given up where it stays busy", async () => {
    api.answers = { [`GET ${path}`]: 429 };
    assert.equal(reasonOf(await refusal(send("GET", path))), "HTTP 429");
    assert.equal(api.asked.length, 20);
  });

  it("lists names, labels and annotations; an empty list may be null", async () => {
    const metadata = { name: "a", namespace: "dev701", labels: { b: "c" } };
    api.answers = { [`GET ${path}`]: list({ metadata }) };
    assert.deepEqual(await listMetadata(api.cluster, path), [metadata]);
    api.answers = { [`GET ${path}`]: { items: null } };
    assert.deepEqual(await listMetadata(api.cluster, path), []);
  });
});
