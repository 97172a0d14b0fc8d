import assert from "node:assert/strict";
import { istiodPod, istiodService, plane, served, tag } from "./planes";
import { itFinds, only, pod } from "./support";

describe("doctor: proxies and their control planes", () => {
  itFinds([
    {
      title: "of an older version",
      hit: "proxy-behind Pod dev701/ps-1",
      of: { pods: [pod("ps", { proxy: "1.29.2" })] },
      near: { pods: [pod("ps"), pod("other", { proxy: "1.28.0", namespace: "other" })] },
    },
    {
      title: "after a rollback",
      hit: "proxy-ahead Pod dev701/ps-1",
      of: { pods: [pod("ps", { proxy: "1.31.0" })] },
      // An image of somebody's own says nothing.
      near: { pods: [pod("ps", { proxy: "mine" })] },
    },
    {
      title: "of a revision that nobody serves",
      hit: "proxy-orphaned Pod dev701/ps-1",
      of: { pods: [pod("ps", { labels: { "istio.io/rev": "old" } })] },
      near: {
        services: [istiodService],
        pods: [istiodPod(), pod("ps", { labels: { "istio.io/rev": "prod" } })],
        webhooks: [tag("default")],
      },
    },
    {
      title: "made before the label",
      hit: "no-sidecar Pod dev701/ps-1",
      of: { pods: [pod("ps", { proxy: undefined })] },
      near: { pods: [pod("ps", { proxy: undefined, labels: { "sidecar.istio.io/inject": "false" } })] },
    },
    {
      title: "both of a namespace",
      hit: "labels-contradict Namespace dev701",
      of: { namespaces: [{ name: "dev701", labels: { "istio-injection": "disabled", "istio.io/rev": "canary" } }] },
      near: { namespaces: [{ name: "dev701", labels: { "istio.io/rev": "canary" } }] },
    },
    {
      title: "none of its pods is ready",
      hit: "control-plane-down Deployment istio-system/istiod",
      of: { controlPlanes: [plane("1.30.3", { ready: [] })] },
      near: { controlPlanes: [plane("1.30.3")] },
    },
    {
      title: "and pods would get a sidecar",
      hit: "control-plane-missing Namespace dev701",
      of: { controlPlanes: [] },
      near: { controlPlanes: [], namespaces: [{ name: "dev701" }] },
    },
    {
      title: "two Deployments",
      hit: "control-plane-twice Deployment istio-system/istiod-2",
      of: { controlPlanes: [plane("1.30.3"), plane("1.30.3", { name: "istiod-2" })] },
      near: { controlPlanes: [plane("1.30.3"), plane("1.30.3", { name: "istiod-canary", revision: "canary" })] },
    },
    {
      title: "to a revision that is gone",
      hit: "tag-to-nothing revision tag prod",
      of: { ...served, webhooks: [tag("1-29")] },
      near: { ...served, webhooks: [tag("default")] },
    },
  ]);

  it("the pods of one workload are said once, with the command that replaces them", () => {
    const labels = { "pod-template-hash": "5db8" };
    const ownerReferences = [
      { apiVersion: "apps/v1", kind: "ReplicaSet", name: "ps-5db8", uid: "x", controller: true },
    ];
    const named = (name: string) => ({ name, namespace: "dev701", labels, ownerReferences });
    const pods = ["ps-5db8-a", "ps-5db8-b"].map((name) => pod("ps", { proxy: "1.29.2", metadata: named(name) }));
    const { object: at, remedy } = only({ pods });
    assert.deepEqual([at, remedy], ["Deployment dev701/ps", "kubectl -n dev701 rollout restart deployment/ps"]);
  });

  it("more than one minor behind is an error, and one is a warning", () => {
    assert.equal(only({ pods: [pod("ps", { proxy: "1.29.2" })] }).severity, "warning");
    const far = only({ pods: [pod("ps", { proxy: "1.28.2" })] });
    assert.deepEqual([far.severity, /by 2 minors/.test(far.sentence)], ["error", true]);
  });
});
