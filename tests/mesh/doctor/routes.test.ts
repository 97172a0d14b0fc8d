import assert from "node:assert/strict";
import { itFinds, object, only, pod, service } from "./support";

const memcached = (name: string, more: object = {}) => service("memcached", [{ name, port: 11211, ...more }]);
const route = (spec: object, metadata = {}) => object("VirtualService", "app", spec, metadata);
const to = (host: string, subset?: string) => ({
  route: [{ destination: { host, ...(subset === undefined ? {} : { subset }) } }],
});
const web = service("web", [
  { name: "http-web", port: 80 },
  { name: "tcp-raw", port: 7000 },
]);

describe("doctor: VirtualServices", () => {
  itFinds([
    {
      title: "http rules for a host without HTTP",
      hit: "rule-without-effect VirtualService dev701/app",
      of: {
        services: [memcached("tcp-cache")],
        virtualServices: [route({ hosts: ["memcached"], http: [to("memcached")] })],
      },
      near: {
        services: [memcached("tcp-cache")],
        virtualServices: [route({ hosts: ["memcached"], tcp: [to("memcached")] })],
      },
    },
    {
      title: "a rule for a port that the host does not have",
      hit: "rule-without-effect VirtualService dev701/app",
      of: {
        services: [web],
        virtualServices: [route({ hosts: ["web"], tcp: [{ match: [{ port: 7001 }], ...to("web") }] })],
      },
      near: {
        services: [web],
        virtualServices: [route({ hosts: ["web"], tcp: [{ match: [{ port: 7000 }], ...to("web") }] })],
      },
    },
    {
      title: "a tcp rule for an HTTP port",
      hit: "rule-without-effect VirtualService dev701/app",
      of: {
        services: [web],
        virtualServices: [route({ hosts: ["web"], tcp: [{ match: [{ port: 80 }], ...to("web") }] })],
      },
      // An unknown host may be anybody's; a gateway's own routes have ports of the gateway.
      near: {
        services: [web],
        virtualServices: [
          route({ hosts: ["www.example.com"], http: [to("web")] }),
          route({ hosts: ["web"], gateways: ["in"], tcp: [{ match: [{ port: 80 }], ...to("web") }] }),
        ],
      },
    },
    {
      title: "an older one hides a younger",
      hit: "route-hidden VirtualService dev701/young",
      of: {
        services: [web],
        virtualServices: [
          object(
            "VirtualService",
            "young",
            { hosts: ["web"], http: [to("web")] },
            { creationTimestamp: "2026-11-02T00:00:00Z" },
          ),
          object("VirtualService", "old", { hosts: ["web.dev701.svc.cluster.local"], http: [to("web")] }),
        ],
      },
      near: {
        services: [web],
        virtualServices: [
          object("VirtualService", "inside", { hosts: ["web"], http: [to("web")] }),
          object("VirtualService", "outside", { hosts: ["web"], gateways: ["in"], http: [to("web")] }),
          object("VirtualService", "rest", { hosts: ["*.dev701.svc.cluster.local"], http: [to("web")] }),
        ],
      },
    },
    {
      title: "of another namespace, for this instance's Service",
      hit: "foreign-route VirtualService other/app",
      of: {
        services: [web],
        virtualServices: [
          route({ hosts: ["web.dev701.svc.cluster.local"], http: [to("web")] }, { namespace: "other" }),
        ],
      },
      near: {
        services: [web],
        virtualServices: [
          route(
            { hosts: ["web.dev701.svc.cluster.local"], exportTo: ["."], http: [to("web")] },
            { namespace: "other" },
          ),
          route({ hosts: ["web"], http: [to("web")] }, { namespace: "other", name: "its-own" }),
        ],
      },
    },
    {
      title: "a subset that no DestinationRule has",
      hit: "subset-unknown VirtualService dev701/app",
      of: { services: [web], virtualServices: [route({ hosts: ["web"], http: [to("web", "v2")] })] },
      near: {
        services: [web],
        pods: [pod("web", { labels: { version: "v2" } })],
        virtualServices: [route({ hosts: ["web"], http: [to("web", "v2")] })],
        destinationRules: [
          object("DestinationRule", "web", { host: "web", subsets: [{ name: "v2", labels: { version: "v2" } }] }),
        ],
      },
    },
  ]);

  it("a private one that hides a public one of the same host says so", () => {
    const { sentence } = only({
      services: [web],
      virtualServices: [
        object(
          "VirtualService",
          "public",
          { hosts: ["web"], http: [to("web")] },
          { creationTimestamp: "2026-01-01T00:00:00Z" },
        ),
        object("VirtualService", "private", { hosts: ["web"], exportTo: ["."], http: [to("web")] }),
      ],
    });
    assert.equal(
      sentence,
      "for host web.dev701.svc.cluster.local VirtualService dev701/private takes effect in namespace dev701, and this one does not: " +
        "it is private to the namespace, which comes before public",
    );
  });
});
