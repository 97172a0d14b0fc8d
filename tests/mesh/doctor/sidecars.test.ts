import assert from "node:assert/strict";
import { found, itFinds, object, pod, service } from "./support";

const web = service("web", [{ name: "http-web", port: 80 }]);
const foreign = service("api", [{ name: "http-api", port: 80 }], "other");
const sidecar = (hosts: readonly string[], more: object = {}, metadata = {}) =>
  object("Sidecar", "default", { egress: [{ hosts }], ...more }, metadata);
const route = (name: string, host: string, more: object = {}, namespace = "dev701") =>
  object(
    "VirtualService",
    name,
    { hosts: [host], http: [{ route: [{ destination: { host } }] }], ...more },
    { namespace },
  );
const entry = (more: object = {}) =>
  object("ServiceEntry", "api", {
    hosts: ["api.example.com"],
    ports: [{ number: 443, name: "tls", protocol: "TLS" }],
    resolution: "DNS",
    exportTo: ["."],
    ...more,
  });

describe("doctor: Sidecars", () => {
  itFinds([
    {
      title: "an entry that its own Sidecar does not let in",
      hit: "hidden-by-sidecar ServiceEntry dev701/api",
      of: { serviceEntries: [entry()], sidecars: [sidecar(["istio-system/*", "./web.dev701.svc.cluster.local"])] },
      // Others may use what is public.
      near: {
        serviceEntries: [entry({ exportTo: ["*"] })],
        sidecars: [sidecar(["istio-system/*", "./web.dev701.svc.cluster.local"])],
      },
    },
    {
      title: "a route, by the root namespace's",
      hit: "hidden-by-sidecar VirtualService dev701/app",
      of: {
        services: [web],
        virtualServices: [route("app", "web", { exportTo: ["."] })],
        sidecars: [sidecar(["istio-system/*"], {}, { namespace: "istio-system" })],
      },
      // It is only for some of the pods.
      near: {
        services: [web],
        virtualServices: [route("app", "web", { exportTo: ["."] })],
        sidecars: [sidecar(["istio-system/*"], { workloadSelector: { labels: { app: "ps" } } })],
      },
    },
    {
      title: "all of it",
      hit: "hidden-by-sidecar ServiceEntry dev701/api",
      of: { serviceEntries: [entry()], sidecars: [sidecar(["~/*"])] },
      // A route that is let in leads to it.
      near: {
        services: [web],
        serviceEntries: [entry()],
        sidecars: [sidecar(["./web.dev701.svc.cluster.local"])],
        virtualServices: [
          object("VirtualService", "app", {
            hosts: ["web"],
            http: [{ route: [{ destination: { host: "api.example.com" } }] }],
          }),
        ],
      },
    },
  ]);

  it("what a Sidecar hides takes no effect on its pods, and is not named", () => {
    const others = {
      services: [web, foreign],
      virtualServices: [route("theirs", "web.dev701.svc.cluster.local", {}, "other")],
      serviceEntries: [
        object(
          "ServiceEntry",
          "db",
          { hosts: ["db.example.com"], ports: [{ number: 3306, protocol: "TCP" }], resolution: "DNS" },
          { namespace: "other" },
        ),
      ],
    };
    assert.deepEqual(found(others), [
      "port-captured ServiceEntry other/db",
      "foreign-route VirtualService other/theirs",
    ]);
    assert.deepEqual(found({ ...others, sidecars: [sidecar(["./*", "istio-system/*"])] }), []);
    assert.deepEqual(found({ ...others, sidecars: [sidecar(["*/*"])] }).length, 2);
    assert.deepEqual(found({ ...others, sidecars: [sidecar(["./*", "other/db.example.com"])] }), [
      "port-captured ServiceEntry other/db",
    ]);
  });

  it("up to Istio 1.23 a Sidecar decides which of a Service and an entry is a host", () => {
    const host = "api.other.svc.cluster.local";
    const both = {
      services: [foreign],
      pods: [pod("web", { proxy: "1.23.5" })],
      serviceEntries: [entry({ hosts: [host], ports: [{ number: 80, name: "http", protocol: "HTTP" }] })],
      controlPlanes: [{ revision: "default", name: "istiod", declared: "1.23.5", ready: ["1.23.5"] }],
    };
    const loser = (more: object) => found({ ...both, ...more }).find((one) => one.startsWith("host-twice"));
    assert.equal(loser({}), "host-twice ServiceEntry dev701/api");
    assert.equal(loser({ sidecars: [sidecar(["*/*"])] }), "host-twice Service other/api");
  });
});
