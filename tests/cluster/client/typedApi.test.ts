import assert from "node:assert/strict";
import type { AppsV1Api, CoreV1Api } from "@kubernetes/client-node";
import type { Message, Send } from "../../../cluster/client/send";
import { typedApi } from "../../../cluster/client/typedApi";

// What is asked, without a server. That an API server takes it is shown in tests/e2e.

function asking(answer: object = {}) {
  const asked: (readonly [string, string, Message["body"]])[] = [];
  const send: Send = (method, path, more) => {
    asked.push([method, path, more?.body]);
    return Promise.resolve(JSON.stringify(answer));
  };
  const core = typedApi<CoreV1Api>(send, "/api/v1");
  const apps = typedApi<AppsV1Api>(send, "/apis/apps/v1");
  return { core, apps, asked };
}

describe("a call by its name in the Kubernetes client", () => {
  it("has the client's path and parameters", async () => {
    const { core, apps, asked } = asking();
    await core.listNamespace();
    await core.readNamespace({ name: "dev701" });
    await core.listPodForAllNamespaces({ labelSelector: "app in (a,b)", limit: 500, _continue: "next" });
    await core.listNamespacedConfigMap({ namespace: "dev701" });
    await core.readNamespacedSecret({ name: "a/b", namespace: "dev701" });
    await core.createNamespacedPod({ namespace: "dev701", body: { metadata: { name: "app" } } });
    await core.deleteNamespacedPod({ name: "app", namespace: "dev701", gracePeriodSeconds: 0 });
    await apps.listDeploymentForAllNamespaces();
    await apps.listNamespacedReplicaSet({ namespace: "dev701" });
    assert.deepEqual(
      asked.map(([method, path]) => `${method} ${path}`),
      [
        "GET /api/v1/namespaces",
        "GET /api/v1/namespaces/dev701",
        "GET /api/v1/pods?labelSelector=app+in+%28a%2Cb%29&limit=500&continue=next",
        "GET /api/v1/namespaces/dev701/configmaps",
        "GET /api/v1/namespaces/dev701/secrets/a%2Fb",
        "POST /api/v1/namespaces/dev701/pods",
        "DELETE /api/v1/namespaces/dev701/pods/app?gracePeriodSeconds=0",
        "GET /apis/apps/v1/deployments",
        "GET /apis/apps/v1/namespaces/dev701/replicasets",
      ],
    );
    assert.deepEqual(asked[5]?.[2], { metadata: { name: "app" } });
  });

  it("gives times as dates, and leaves what people wrote", async () => {
    const time = "2026-01-01T00:00:00Z";
    const { core } = asking({
      metadata: { name: "app", creationTimestamp: time, annotations: { startTime: time } },
      status: { containerStatuses: [{ state: { running: { startedAt: time } } }] },
    });
    const pod = await core.readNamespacedPod({ name: "app", namespace: "dev701" });
    assert.equal(pod.metadata?.creationTimestamp?.getTime(), Date.parse(time));
    assert.equal(pod.status?.containerStatuses?.[0]?.state?.running?.startedAt?.getTime(), Date.parse(time));
    assert.deepEqual(pod.metadata.annotations, { startTime: time });
  });
});
