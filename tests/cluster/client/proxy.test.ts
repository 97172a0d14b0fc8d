import assert from "node:assert/strict";
import { ClusterUnreachable } from "../../../cluster/client/errors";
import type { Cluster } from "../../../cluster/client/kubernetesClient";
import { useEnv } from "../../support/environment";
import { startProxy, type ForwardProxy } from "../../support/network/forwardProxy";
import { list, refusal, useApi } from "../../support/apiServer";
import { useForwarding } from "../support/forwarding";
import { paths } from "../support/objects";

// The API server speaks without TLS here; a real one behind a proxy is in tests/e2e/network.test.ts.

const pods = paths.pods("dev701");

describe("an API server behind a proxy", () => {
  const api = useApi();
  const forwarding = useForwarding(api);
  let proxy: ForwardProxy;
  before(async () => {
    proxy = await startProxy({ "api.example": new URL(api.url).port });
  });
  beforeEach(() => {
    proxy.asked.length = 0;
    api.answers = { [`GET ${pods}`]: list() };
    forwarding.pods.set("web-1", () => "hits");
  });
  after(() => proxy.stop());
  useEnv(() => ({ HTTP_PROXY: "", NO_PROXY: "" }));

  const ways: Readonly<Record<string, (cluster: Cluster) => Promise<unknown>>> = {
    "the client's own call": ({ core }) => core.listNamespacedPod({ namespace: "dev701" }),
    "a request as it is": ({ send }) => send("GET", pods),
    "a forwarded port": ({ askPod }) => askPod({ namespace: "dev701", pod: "web-1", port: 15000, path: "/stats" }),
  };
  for (const [way, ask] of Object.entries(ways)) {
    it(`${way} goes through the kubeconfig's, loopback or not`, async () => {
      await ask(await api.connect("", { "proxy-url": proxy.url }));
      assert.deepEqual(proxy.asked, [`CONNECT ${new URL(api.url).host}`]);
    });

    it(`${way} goes through the environment's where the kubeconfig names none`, async () => {
      process.env["HTTP_PROXY"] = proxy.url;
      await ask(await api.connect("", { server: "http://api.example/" }));
      assert.deepEqual(proxy.asked, ["CONNECT api.example:80"]);
    });
  }

  it("is asked without it where NO_PROXY says so", async () => {
    Object.assign(process.env, { HTTP_PROXY: proxy.url, NO_PROXY: ".example" });
    const cluster = await api.connect("", { server: "http://api.example" });
    assert.ok((await refusal(cluster.send("GET", pods))) instanceof ClusterUnreachable);
    assert.deepEqual(proxy.asked, []);
  });

  for (const [more, message] of [
    [
      { "proxy-url": "proxy:3128" },
      "the proxy of the kubeconfig's cluster fake is no URL that begins with http, https or socks5",
    ],
    [{ server: "api.example:6443" }, 'the kubeconfig\'s cluster fake has no https URL as its "server"'],
  ] as const)
    it(`is not asked with ${JSON.stringify(more)}, and it is said why`, async () => {
      const error = await refusal(api.connect("", more));
      assert.ok(error instanceof ClusterUnreachable);
      assert.equal(error.message, message);
    });
});
