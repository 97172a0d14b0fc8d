import assert from "node:assert/strict";
import type { Duplex } from "node:stream";
import { list, useApi } from "../support/apiServer";
import { jamIstio } from "../support/command";

describe("a command that fails while a connection is open", () => {
  const api = useApi();

  it("ends all the same", async () => {
    // A proxy that is asked through an API server which takes the connection to it and never answers.
    const open: Duplex[] = [];
    api.http.on("upgrade", (_request, socket) => open.push(socket.on("error", () => undefined)));
    const containers = [{ name: "istio-proxy", image: "istio/proxyv2:1.30.3" }];
    const pod = {
      metadata: { name: "web-1", namespace: "dev701" },
      spec: { containers },
      status: { phase: "Running", containerStatuses: [{ name: "istio-proxy", ready: true, state: { running: {} } }] },
    };
    api.answers = {
      "GET /api/v1/namespaces/dev701/pods": list(pod),
      "GET /api/v1/namespaces/dev701/pods/web-1": pod,
    };
    const where = ["--kubeconfig", api.kubeconfig, "--namespace", "dev701"];
    const { code, stdout, stderr } = await jamIstio(["proxy-config", "web-1", "routes", ...where]);
    for (const socket of open) socket.destroy();
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^error: the proxy cannot be read: .*no answer within 12 s/);
  });
});
