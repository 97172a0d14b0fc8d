import { itFinds, object, pod, service } from "./support";

const ready = (app: string, more: object = {}) =>
  pod(app, { metadata: { name: `${app}-1`, namespace: "dev701", labels: { app } }, ...more });
const policy = (name: string, spec: object, metadata = {}) => object("AuthorizationPolicy", name, spec, metadata);
const web = service("web", [{ name: "http-web", port: 80 }]);
const cache = service("cache", [{ name: "tcp-cache", port: 11211 }]);
const from = (...namespaces: readonly string[]) => ({ rules: [{ from: [{ source: { namespaces } }] }] });

describe("doctor: who is let through", () => {
  itFinds([
    {
      title: "a deny-all that nothing stands beside",
      hit: "all-denied Service dev701/web",
      of: { services: [web], pods: [ready("web")], authorizationPolicies: [policy("deny-all", {})] },
      near: {
        services: [web],
        pods: [ready("web")],
        authorizationPolicies: [
          policy("deny-all", {}),
          policy("web", { selector: { matchLabels: { app: "web" } }, ...from("dev701") }),
        ],
      },
    },
    {
      title: "one that denies everything",
      hit: "all-denied Service dev701/web",
      of: {
        services: [web],
        pods: [ready("web")],
        authorizationPolicies: [policy("x", { action: "DENY", rules: [{}] })],
      },
      // A DENY without rules denies nothing; another is for other pods, tried out only, or for a waypoint.
      near: {
        services: [web],
        pods: [ready("web")],
        authorizationPolicies: [
          policy("a", { action: "DENY" }),
          policy("b", { action: "DENY", rules: [{}], selector: { matchLabels: { app: "other" } } }),
          policy("c", { action: "DENY", rules: [{}] }, { annotations: { "istio.io/dry-run": "true" } }),
          policy("d", { action: "DENY", rules: [{}], targetRefs: [{ kind: "Gateway", name: "waypoint" }] }),
          policy("e", { action: "DENY", rules: [{}] }, { namespace: "other" }),
        ],
      },
    },
    {
      title: "fields of HTTP on TCP ports",
      hit: "all-denied Service dev701/cache",
      of: {
        services: [cache],
        pods: [ready("cache")],
        authorizationPolicies: [policy("get", { rules: [{ to: [{ operation: { methods: ["GET"] } }] }] })],
      },
      near: {
        services: [cache],
        pods: [ready("cache")],
        authorizationPolicies: [policy("get", { rules: [{ to: [{ operation: { ports: ["11211"] } }] }] })],
      },
    },
    {
      title: "callers of a namespace without pods",
      hit: "policy-allows-nobody AuthorizationPolicy dev701/web",
      of: { services: [web], pods: [ready("web")], authorizationPolicies: [policy("web", from("dev7o1"))] },
      // One of them is there; a pattern; not all pods may be seen.
      near: {
        services: [web],
        pods: [ready("web")],
        authorizationPolicies: [policy("web", from("dev7o1", "dev701")), policy("any", from("prod-*"))],
      },
    },
    {
      title: "the same by the identity of a service account",
      hit: "policy-allows-nobody AuthorizationPolicy dev701/web",
      of: {
        pods: [ready("web")],
        authorizationPolicies: [
          policy("web", { rules: [{ from: [{ source: { principals: ["cluster.local/ns/gone/sa/ps"] } }] }] }),
        ],
      },
      near: {
        pods: [ready("web")],
        podsUnseen: true,
        authorizationPolicies: [
          policy("web", { rules: [{ from: [{ source: { principals: ["cluster.local/ns/gone/sa/ps"] } }] }] }),
        ],
      },
    },
  ]);
});

const both = { "istio-injection": "enabled", "istio.io/dataplane-mode": "ambient" };
const ambientPod = pod("web", {
  proxy: undefined,
  metadata: {
    ...{ name: "web-1", namespace: "dev701", labels: { app: "web" } },
    annotations: { "ambient.istio.io/redirection": "enabled" },
  },
});
const ambient = {
  namespaces: [{ name: "dev701", labels: { "istio.io/dataplane-mode": "ambient" } }],
  pods: [ambientPod],
};
const get = (spec: object) => policy("get", spec);
const gets = { rules: [{ to: [{ operation: { methods: ["GET"] } }] }] };

describe("doctor: ambient mode", () => {
  itFinds([
    {
      title: "labels for both",
      hit: "ambient-and-sidecar Namespace dev701",
      of: { namespaces: [{ name: "dev701", labels: both }] },
      near: { namespaces: [{ name: "dev701", labels: { ...both, "istio-injection": "disabled" } }] },
    },
    {
      title: "a policy that reads HTTP, without a waypoint",
      hit: "policy-needs-waypoint AuthorizationPolicy dev701/get",
      of: { ...ambient, authorizationPolicies: [get(gets)] },
      near: {
        ...ambient,
        authorizationPolicies: [get({ ...gets, targetRefs: [{ kind: "Service", name: "web" }] })],
      },
    },
    {
      title: "the same by a condition; what ztunnel can tell is fine, and so are pods with a sidecar",
      hit: "policy-needs-waypoint AuthorizationPolicy dev701/get",
      of: {
        ...ambient,
        authorizationPolicies: [get({ rules: [{ when: [{ key: "request.headers[x]", values: ["y"] }] }] })],
      },
      near: {
        ...ambient,
        pods: [pod("web")],
        authorizationPolicies: [
          get(gets),
          get({ rules: [{ when: [{ key: "source.namespace", values: ["dev701"] }] }] }),
        ],
      },
    },
  ]);
});
