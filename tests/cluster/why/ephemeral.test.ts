// From where `why` asks, against a stand-in for the API server; what the containers do is shown in tests/dataplane/why.
import type { V1Pod } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import type { ContainerCommand } from "../../../cluster/client/exec";
import { NotStarted } from "../../../cluster/client/exec";
import { pastSidecar, throughSidecar } from "../../../cluster/why/asker";
import { useApi } from "../../support/apiServer";

const pod = {
  metadata: { name: "web-1", namespace: "dev701" },
  spec: { containers: [{ name: "app" }, { name: "istio-proxy", image: "istio/proxyv2:1.4.6" }] },
} as unknown as V1Pod;

describe("why, before Kubernetes 1.23", () => {
  const api = useApi();
  const at = "/api/v1/namespaces/dev701/pods/web-1";
  /** Containers that have bash. */
  const withShell = (...names: readonly string[]) => ({
    ...api.cluster,
    exec: ({ container }: ContainerCommand) =>
      names.includes(container)
        ? Promise.resolve({ code: 0, stdout: "", stderr: "" })
        : Promise.reject(new NotStarted('exec: "timeout": executable file not found in $PATH')),
  });

  for (const [what, resources] of [
    ["has none", []],
    ["has the alpha ones of 1.16 to 1.22", [{ name: "pods/ephemeralcontainers", kind: "EphemeralContainers" }]],
  ] as const)
    it(`a container without bash cannot be asked from, and why is said: the cluster ${what}`, async () => {
      api.answers = { [`GET ${at}`]: pod, "GET /api/v1": { resources } };
      assert.deepEqual(await throughSidecar(withShell("istio-proxy"), pod), {
        why: "container app: it has no bash; this Kubernetes has no ephemeral containers (1.23 and newer have)",
      });
      const past = await pastSidecar(withShell("istio-proxy"), pod);
      assert.equal("from" in past && past.from, "container istio-proxy");
      assert.deepEqual(
        api.asked.filter((line) => !line.startsWith("GET ")),
        [],
      );
    });

  it("containers that have bash are enough: nothing else is asked", async () => {
    for (const side of [throughSidecar, pastSidecar])
      assert.ok("talk" in (await side(withShell("app", "istio-proxy"), pod)));
    assert.deepEqual([api.asked, api.discovered], [[], []]);
  });
});
