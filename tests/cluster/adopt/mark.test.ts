// Who manages the fields of objects that a stack takes over: whoever else does would make the next change a conflict.
import assert from "node:assert/strict";
import { prepareAdoption } from "../../../cluster/adopt/mark";
import { useApi } from "../../support/apiServer";

const secret = (manager: string) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name: "kiali",
    namespace: "istio-system",
    managedFields: [{ manager, operation: "Apply", fieldsV1: { "f:data": { "f:value.txt": {} } } }],
  },
});

describe("adoption: who manages the fields of the stack's own objects", () => {
  const api = useApi();
  const path = "/api/v1/namespaces/istio-system/secrets/kiali";
  const prepared = async (manager: string) => {
    api.answers = {
      "GET /api/v1": { resources: [{ name: "secrets", kind: "Secret", namespaced: true }] },
      [`PATCH ${path}`]: { kind: "Secret" },
    };
    const own = [secret(manager)];
    const managers = ["pulumi-kubernetes-own"];
    await prepareAdoption(api.cluster, {
      keep: [],
      mark: [],
      own,
      controlPlane: undefined,
      stack: "local700",
      managers,
    });
    return api.asked.filter((line) => line.startsWith("PATCH "));
  };

  for (const manager of ["pulumi-kubernetes-of-a-stack-that-let-go", "kubectl-client-side-apply", "before-first-apply"])
    it(`${manager} manages them no more`, async () => {
      assert.deepEqual(await prepared(manager), [`PATCH ${path} {"metadata":{"managedFields":[{}]}}`]);
    });

  it("what the stack manages already stays", async () => {
    assert.deepEqual(await prepared("pulumi-kubernetes-own"), []);
  });
});
