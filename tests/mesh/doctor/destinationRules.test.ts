import type { PeerAuthentication } from "../../../mesh/doctor/objects";
import { itFinds, object, pod, service } from "./support";

const rule = (name: string, spec: object, metadata: object = {}) => object("DestinationRule", name, spec, metadata);
const strict: PeerAuthentication = object(
  "PeerAuthentication",
  "default",
  { mtls: { mode: "STRICT" } },
  { namespace: "istio-system" },
);
const web = service("web", [{ name: "http-web" }]);
const older = { creationTimestamp: "2026-10-01T00:00:00Z" };

describe("doctor: DestinationRules", () => {
  const tls = (mode: string) => [rule("web", { host: "web", trafficPolicy: { tls: { mode } } })];
  const split = (labels: object) => ({
    services: [web],
    pods: [pod("web", { labels: { version: "v1" } })],
    virtualServices: [
      object("VirtualService", "app", {
        hosts: ["web"],
        http: [{ route: [{ destination: { host: "web", subset: "v1" } }] }],
      }),
    ],
    destinationRules: [
      rule("web", { host: "web", subsets: [{ name: "v1", labels: labels as Record<string, string> }] }),
    ],
  });
  itFinds([
    {
      title: "plain text to pods that want mTLS",
      hit: "tls-modes-differ DestinationRule dev701/web",
      of: { services: [web], pods: [pod("web")], destinationRules: tls("DISABLE"), peerAuthentications: [strict] },
      near: {
        services: [web],
        pods: [pod("web")],
        destinationRules: tls("DISABLE"),
        // What is nearer counts.
        peerAuthentications: [strict, object("PeerAuthentication", "own", { mtls: { mode: "PERMISSIVE" } })],
      },
    },
    {
      title: "mTLS to pods without a sidecar",
      hit: "tls-modes-differ DestinationRule dev701/web",
      of: {
        services: [web],
        pods: [pod("web", { proxy: undefined, labels: { "sidecar.istio.io/inject": "false" } })],
        destinationRules: tls("ISTIO_MUTUAL"),
      },
      near: { services: [web], pods: [pod("web")], destinationRules: tls("ISTIO_MUTUAL") },
    },
    {
      title: "two with a trafficPolicy for one host",
      hit: "rules-do-not-merge DestinationRule dev701/b",
      of: {
        destinationRules: [
          rule("b", { host: "web", trafficPolicy: {} }),
          rule("a", { host: "web", trafficPolicy: {} }, older),
        ],
      },
      near: {
        destinationRules: [
          rule("b", { host: "web", subsets: [{ name: "v2" }] }),
          rule("a", { host: "web", trafficPolicy: {}, subsets: [{ name: "v1" }] }, older),
        ],
      },
    },
    {
      title: "a subset that is routed to and has no pod",
      hit: "subset-empty DestinationRule dev701/web",
      of: split({ version: "v2" }),
      near: split({ version: "v1" }),
    },
  ]);
});
