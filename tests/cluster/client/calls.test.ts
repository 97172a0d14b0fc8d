import assert from "node:assert/strict";
import { call, traced } from "../../../cluster/client/calls";
import { HttpError } from "../../../cluster/client/send";

/** What is printed to stderr meanwhile. */
async function printed(debug: string | undefined, work: () => Promise<unknown>): Promise<readonly string[]> {
  const lines: string[] = [];
  const [print, before] = [console.error, process.env["JAM_ISTIO_DEBUG"]];
  console.error = (line: string) => lines.push(line.replace(/\d+ ms$/, "… ms"));
  if (debug !== undefined) process.env["JAM_ISTIO_DEBUG"] = debug;
  try {
    await work();
  } finally {
    console.error = print;
    if (before === undefined) delete process.env["JAM_ISTIO_DEBUG"];
    else process.env["JAM_ISTIO_DEBUG"] = before;
  }
  return lines;
}

describe("calls to the cluster", () => {
  const api = { listNamespacedSecret: (request: object) => Promise.resolve(Object.keys(request)) };

  it("are printed with JAM_ISTIO_DEBUG=1: what and where, never a body or an answer", async () => {
    const request = { namespace: "istio-system", labelSelector: "owner=helm", body: { data: "secret" } };
    const lines = await printed("1", () => traced(api, () => Promise.resolve()).listNamespacedSecret(request));
    assert.deepEqual(lines, [
      "cluster: listNamespacedSecret namespace=istio-system labelSelector=owner=helm: done, … ms",
    ]);
  });

  it("say how they failed", async () => {
    const failing = () => call("GET /version", () => Promise.reject(new HttpError(503, "a body")));
    const lines = await printed("1", () => assert.rejects(failing()));
    assert.deepEqual(lines, ["cluster: GET /version: HTTP 503, … ms"]);
  });

  it("say nothing without it", async () => {
    assert.deepEqual(await printed(undefined, () => traced(api, () => Promise.resolve()).listNamespacedSecret({})), []);
  });
});
