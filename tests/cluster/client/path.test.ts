import assert from "node:assert/strict";
import { ClusterUnreachable, isNotFound, optional, reasonOf } from "../../../cluster/client/errors";
import { listMetadata } from "../../../cluster/client/kubernetesClient";
import { list, refusal, Plain, useApi } from "../../support/apiServer";
import { useClock } from "../support/clock";
import { useForwarding } from "../support/forwarding";
import { paths } from "../support/objects";

// The API server is a stand-in. That a real one below a path is installed to is shown by tests/e2e/network.test.ts.

const prefix = "/k8s/clusters/c-xyz";
const pods = paths.pods("dev701");
const group = "/apis/networking.istio.io/v1alpha3";
const routes = `${group}/virtualservices`;

describe("an API server below a path", () => {
  const api = useApi();
  const forwarding = useForwarding(api);

  for (const end of ["", "/"]) {
    it(`is asked below it by every way of asking, with "${prefix}${end}" in the kubeconfig`, async () => {
      api.answers = { [`GET ${prefix}${pods}`]: list(), [`GET ${prefix}${routes}`]: list() };
      const cluster = await api.connect(`${prefix}${end}`);
      await cluster.core.listNamespacedPod({ namespace: "dev701" });
      await listMetadata(cluster, `${routes}?labelSelector=a`);
      assert.deepEqual(api.asked, [`GET ${prefix}${pods}`, `GET ${prefix}${routes}?labelSelector=a`]);
    });

    it(`forwards ports below it, with "${prefix}${end}"`, async () => {
      const cluster = await api.connect(`${prefix}${end}`);
      await refusal(cluster.askPod({ namespace: "dev701", pod: "web-1", port: 15000, path: "/stats" }));
      assert.deepEqual(forwarding.asked, [`${prefix}/api/v1/namespaces/dev701/pods/web-1/portforward?ports=15000`]);
    });
  }

  it("is none where not even its version is there: nothing is taken for not installed", async () => {
    api.answers = { "GET /wrong/version": 404 };
    const cluster = await api.connect("/wrong");
    for (const ask of [
      () => cluster.core.listNamespacedPod({ namespace: "dev701" }),
      () => cluster.core.readNamespace({ name: "dev701" }),
      () => cluster.send("GET", routes),
      () => cluster.send("DELETE", `${routes}/a`),
      () => optional(listMetadata(cluster, routes)),
    ]) {
      const error = await refusal(ask());
      assert.ok(error instanceof ClusterUnreachable);
      assert.equal(
        reasonOf(error),
        `no Kubernetes API at ${api.url}/wrong (/version answers HTTP 404): correct "server" of the kubeconfig's cluster`,
      );
    }
  });

  it("is none where a web page comes", async () => {
    api.answers = { [`GET ${routes}`]: new Plain(200, "<html>Log in</html>", "text/html; charset=utf-8") };
    const error = await refusal(api.cluster.send("GET", routes));
    assert.ok(error instanceof ClusterUnreachable);
    assert.equal(error.message, `no Kubernetes API at ${api.url}: a web page comes (HTTP 200)`);
    const server = api.url.replace("http://", "http://ann:S3CRET@");
    const named = await refusal((await api.connect("", { server })).send("GET", routes));
    assert.doesNotMatch(String(named), /S3CRET/);
  });
});

describe("a list that is not there", () => {
  const api = useApi();
  const clock = useClock();
  const resources = {
    kind: "APIResourceList",
    resources: [{ name: "virtualservices" }, { name: "virtualservices/status" }],
  };

  it("is of a kind that is not installed where the API server does not have its group", async () => {
    assert.ok(isNotFound(await refusal(listMetadata(api.cluster, routes))));
    assert.deepEqual(api.discovered, ["GET /version", `GET ${group}`]);
  });

  it("or has the group without it", async () => {
    api.answers = { [`GET ${group}`]: { ...resources, resources: [{ name: "gateways" }] } };
    const error = await refusal(
      listMetadata(api.cluster, `${group}/namespaces/dev701/virtualservices?labelSelector=a`),
    );
    assert.ok(isNotFound(error));
  });

  it("is asked for again where the API server has its kind: it was installed just now", async () => {
    let turn = 0;
    api.answers = { [`GET ${group}`]: resources, [`GET ${routes}`]: () => (++turn === 1 ? 404 : list()) };
    assert.deepEqual(await listMetadata(api.cluster, routes), []);
    assert.equal(clock.slept(), 1);
  });

  it("and stays away: no answer, because nothing can be said of its objects", async () => {
    api.answers = { [`GET ${group}`]: resources };
    for (const path of [routes, `${group}/namespaces/dev701/virtualservices?labelSelector=a`]) {
      const error = await refusal(optional(listMetadata(api.cluster, path)));
      assert.ok(error instanceof ClusterUnreachable);
      assert.equal(reasonOf(error), `${path.split("?")[0] ?? ""} answers HTTP 404, and the API server has this kind`);
    }
  });

  it("is not judged where it may not be asked which kinds there are", async () => {
    api.answers = { [`GET ${group}`]: 403, "GET /version": 403 };
    const error = await refusal(listMetadata(api.cluster, routes));
    assert.match(String(error), /HTTP 403/);
  });

  it("an object that is not there is simply not there", async () => {
    api.answers = { [`GET ${group}`]: resources };
    api.answers = { ...api.answers, [`DELETE ${routes}/a`]: 404 };
    assert.ok(isNotFound(await refusal(api.cluster.send("DELETE", `${routes}/a`))));
    assert.deepEqual(api.discovered, []);
  });

  it("nor gone where something before the API server says so", async () => {
    api.answers = { "GET /version": 404 };
    assert.ok((await refusal(api.cluster.send("DELETE", `${routes}/a`))) instanceof ClusterUnreachable);
  });
});
