import assert from "node:assert/strict";
import { resetParts } from "../../../cluster/upgrade/resetParts";
import { useApi } from "../../support/apiServer";

// What is sent to the API server. What it makes of it, and that nothing is left of a change, is shown by tests/e2e/drift.test.ts.

const services = "/api/v1/namespaces/istio-system/services";
const query = "?fieldManager=jam-istio&force=true";
const ports = [
  { name: "grpc-xds", port: 15010 },
  { name: "https", port: 443 },
];
const part = (name: string) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  fields: { spec: { selector: { app: name } } },
  ports,
});
const live = (...there: readonly object[]) => ({ metadata: { uid: "1" }, spec: { ports: there } });

describe("parts of objects that Helm does not put back", () => {
  const api = useApi();

  it("a port whose number was changed is put back; of other changes of ports Helm knows what to do", async () => {
    api.answers = {
      "GET /api/v1": { resources: [{ name: "services", kind: "Service", namespaced: true }] },
      [`GET ${services}/changed`]: live({ name: "grpc-xds", port: 15999 }, { name: "https", port: 443 }),
      [`GET ${services}/more`]: live(...ports, { name: "mine", port: 1 }),
      [`PATCH ${services}/changed`]: {},
      [`PATCH ${services}/changed${query}`]: {},
      [`PATCH ${services}/more${query}`]: {},
    };
    await resetParts(api.cluster, ["changed", "gone", "more"].map(part));
    const applied = (name: string) => {
      const { apiVersion, kind, fields } = part(name);
      return { apiVersion, kind, metadata: { name, uid: "1" }, ...fields };
    };
    assert.deepEqual(
      api.asked.filter((one) => one.startsWith("PATCH")),
      [
        `PATCH ${services}/changed ${JSON.stringify({ spec: { ports } })}`,
        `PATCH ${services}/changed${query} ${JSON.stringify(applied("changed"))}`,
        `PATCH ${services}/more${query} ${JSON.stringify(applied("more"))}`,
      ],
    );
  });
});
