/** What stands for the running istiod in the cluster. Of another version: the lab starts no second program for it. */
export function planeObject(): object {
  const labels = { app: "istiod" };
  const containers = [{ name: "discovery", image: "docker.io/istio/pilot:1.28.9" }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "istiod", namespace: "istio-system", labels },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}
