/** A port of a Service. */
export interface Port {
  readonly name: string;
  readonly port: number;
  readonly target: number;
}

/** A Service, and the address behind it; without one nobody is behind it. */
export function service(
  namespace: string,
  name: string,
  address: string | undefined,
  ports: readonly Port[],
): readonly object[] {
  const metadata = { name, namespace };
  const slice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...metadata, labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    ports: ports.map((one) => ({ name: one.name, port: one.target, protocol: "TCP" })),
    endpoints: address === undefined ? [] : [{ addresses: [address], conditions: { ready: true } }],
  };
  const spec = { ports: ports.map((one) => ({ name: one.name, port: one.port, targetPort: one.target })) };
  return [{ apiVersion: "v1", kind: "Service", metadata, spec }, slice];
}

/** Images of a pod's containers. One with `-distroless` has no programs but the proxy's agent. */
export interface Images {
  readonly app?: string;
  readonly proxy?: string;
}

/** The pod that a sidecar is of; the simulated node makes it ready. */
export const podOf = (
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  { app = "app:1", proxy = "docker.io/istio/proxyv2:1.28.10" }: Images,
) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, labels },
  spec: {
    containers: [
      { name: "app", image: app },
      { name: "istio-proxy", image: proxy },
    ],
  },
});

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
