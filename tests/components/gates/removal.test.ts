// What a destroy deletes first; that the engine deletes nothing after its refusal, e2e/shared proves.
import assert from "node:assert/strict";
import { provider } from "../../../components/gates/providers/meshRemoval";
import { helmSecret, paths, pod } from "../../cluster/support/objects";
import { failure, list, useApi } from "../../support/apiServer";

describe("the deletion of a stack that owns a mesh", () => {
  const api = useApi();
  const remove = (owned: object) =>
    provider.delete?.("dev701", { kubernetes: { kubeconfig: api.kubeconfig }, owned }) ?? assert.fail();
  const owns = { stack: "dev701", namespace: "dev701", keepsSystem: false };
  const proxies = { images: { "istio-proxy": "docker.io/istio/proxyv2:1.30.3" } };
  const namespace = (name: string, labels = {}) => ({ metadata: { name, labels } });
  const empty = {
    "GET /api/v1/pods": list(pod("a", proxies)),
    "GET /api/v1/namespaces": list(namespace("dev701", { "istio-injection": "enabled" })),
    "GET /apis/apps/v1/deployments": list(),
    [`GET ${paths.secrets}`]: list(),
  };
  const used = {
    ...empty,
    "GET /api/v1/namespaces": list(namespace("integration702", { "istio-injection": "enabled" })),
    "GET /api/v1/pods": list(pod("a", { ...proxies, namespace: "integration702" })),
    [`GET ${paths.secrets}`]: list(
      helmSecret(1, { description: "jam-istio/dev701" }),
      // Upgraded by hand since.
      helmSecret(2, { status: "deployed" }),
      helmSecret(1, { release: "kiali-operator", status: "deployed" }),
    ),
  };
  afterEach(() => {
    delete process.env["JAM_ISTIO_ALLOW"];
  });

  it("goes through where nobody else uses it", async () => {
    api.answers = empty;
    await remove(owns);
  });

  it("is refused where others do, with all of them and without a stack", async () => {
    api.answers = used;
    const lines =
      /^the mesh is not removed, others use it: namespace integration702 \(label istio-injection=enabled, 1 proxy\), Helm release kiali-operator in istio-system\./;
    await assert.rejects(remove(owns), (error: Error) => lines.test(error.message) && error.stack === "");
  });

  it("what is in a namespace istio-system that stays is nobody's loss", async () => {
    api.answers = { ...used, "GET /api/v1/namespaces": list(), "GET /api/v1/pods": list() };
    await remove({ ...owns, keepsSystem: true });
  });

  it("is refused where it cannot be seen: not permitted, or no answer", async () => {
    api.answers = { ...empty, "GET /api/v1/pods": failure(403, "no") };
    await assert.rejects(remove(owns), /cannot be seen \(pods: not permitted \(HTTP 403\)\)/);
    api.answers = { ...empty, "GET /api/v1/namespaces": 500 };
    await assert.rejects(remove(owns), /cannot be seen \(HTTP 500\).*JAM_ISTIO_ALLOW=dependents/);
  });

  it("a person's word lets it through, another one does not", async () => {
    api.answers = used;
    process.env["JAM_ISTIO_ALLOW"] = "yes";
    await assert.rejects(remove(owns), /others use it/);
    process.env["JAM_ISTIO_ALLOW"] = "dependents";
    await remove(owns);
  });
});
