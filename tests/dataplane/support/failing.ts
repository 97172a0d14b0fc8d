import { at, type World } from "./world";
import { service } from "./worldObjects";
import type { Sidecar } from "./sidecar";

const web = (target: number) => [{ name: "http-web", port: 80, target }];
const istio = (kind: string, name: string, spec: object, group = "networking") => ({
  apiVersion: `${group}.istio.io/v1`,
  kind,
  metadata: { name, namespace: "dev701" },
  spec,
});

/** Services that fail in their own ways, for every cause one. */
export const failingServices = (): readonly object[] => [
  ...service("dev701", "cache2", at.cache, [{ name: "http2-cache", port: 11213, target: 11213 }]),
  ...service("dev701", "cache1", at.cache, [{ name: "http-cache", port: 11214, target: 11213 }]),
  ...service("dev701", "nobody", undefined, web(8080)),
  ...service("dev701", "closed", at.webapp, web(8099)),
  ...service("dev701", "plain", at.webapp, web(8080)),
  ...service("dev701", "secure", at.webapp, web(8443)),
  ...service("dev701", "noroute", at.webapp, web(8080)),
  ...service("dev701", "nosubset", at.webapp, web(8080)),
  istio("DestinationRule", "plain", { host: "plain", trafficPolicy: { tls: { mode: "SIMPLE" } } }),
  istio("VirtualService", "noroute", {
    hosts: ["noroute"],
    http: [{ match: [{ uri: { prefix: "/auth" } }], route: [{ destination: { host: "noroute" } }] }],
  }),
  istio("VirtualService", "nosubset", {
    hosts: ["nosubset"],
    http: [{ route: [{ destination: { host: "nosubset", subset: "v9" } }] }],
  }),
  ...service("dev701", "guarded", undefined, web(8090)),
  // Of the callee's side: what its proxy serves.
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "guarded-pods", namespace: "dev701" },
    spec: { selector: { app: "guarded" }, ports: [{ name: "http-web", port: 80, targetPort: 8090 }] },
  },
];

/** A pod behind whose proxy HTTP is served, which refuses one path by policy. */
export async function guardedPod(world: World): Promise<Sidecar> {
  const guarded = await world.sidecar({ app: "guarded" }, "dev701", {}, { inbound: 8090 });
  const ip = [{ ip: guarded.address }];
  await world.plane.kubectl(
    ...["patch", "pod", guarded.pod, "-n", "dev701", "--subresource=status", "--type=merge", "-p"],
    JSON.stringify({ status: { podIP: guarded.address, podIPs: ip } }),
  );
  await world.apply(
    ...service("dev701", "guarded", guarded.address, web(8090)),
    istio(
      "AuthorizationPolicy",
      "deny-login",
      {
        selector: { matchLabels: { app: "guarded" } },
        action: "DENY",
        rules: [{ to: [{ operation: { paths: ["/login"] } }] }],
      },
      "security",
    ),
    istio("AuthorizationPolicy", "others", { selector: { matchLabels: { app: "others" } } }, "security"),
  );
  return guarded;
}
