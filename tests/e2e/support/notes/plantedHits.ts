import type { Lab } from "../lab";
import { apply } from "../lab";
import { setTimeout as sleep } from "node:timers/promises";

// Objects that upgrade notes hit, one of each verdict for a step.

const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const istio = (kind: string, name: string, space: string, spec: object) => ({
  ...{ apiVersion: "networking.istio.io/v1", kind },
  metadata: { name, namespace: space },
  spec,
});
const pod = (name: string, space: string, labels: object) => ({
  ...{ apiVersion: "v1", kind: "Pod" },
  metadata: { name, namespace: space, labels },
  spec: { containers: [{ name: "app", image: "registry.example.com/app:1" }] },
});

/** For the step to 1.29: 29-02, 29-03, 29-09. */
export const plantFor29 = (lab: Lab) =>
  apply(
    lab,
    ...["shop", "caller", "a", "b", "ingress"].map(namespace),
    {
      ...{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata: { name: "reader" } },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
      subjects: [{ kind: "ServiceAccount", name: "istiod-service-account", namespace: "istio-system" }],
    },
    {
      ...{ apiVersion: "networking.istio.io/v1alpha3", kind: "EnvoyFilter" },
      metadata: { name: "limits", namespace: "shop" },
      spec: {
        configPatches: [
          { applyTo: "BOOTSTRAP", patch: { operation: "MERGE", value: { stats_config: { keep: "remaining_cx" } } } },
        ],
      },
    },
    pod("istio-cni-node-x", "istio-system", { "k8s-app": "istio-cni-node" }),
  );

/** For the step to 1.30: 30-03 and 30-08. */
export async function plantFor30(lab: Lab): Promise<void> {
  const host = "db.example.com";
  const entry = (space: string) =>
    istio("ServiceEntry", "db", space, {
      hosts: [host],
      resolution: "DNS",
      ports: [{ number: 443, name: "tls", protocol: "TLS" }],
    });
  // The age of the two decides, in seconds.
  await apply(lab, entry("b"));
  await sleep(1100);
  await apply(
    lab,
    entry("a"),
    istio("VirtualService", "db", "caller", { hosts: [host], http: [{ route: [{ destination: { host } }] }] }),
    istio("Sidecar", "default", "caller", { egress: [{ hosts: ["caller/*"] }] }),
    {
      ...{ apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" },
      metadata: { name: "web", namespace: "shop" },
      spec: { rules: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }] }] },
    },
  );
}

/** For the step to 1.31: 31-04 and 31-10; 31-13 stands in the stack's values. */
export const plantFor31 = (lab: Lab) =>
  apply(
    lab,
    istio("Gateway", "gw", "shop", {
      selector: { istio: "gw" },
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
    }),
    pod("gw", "ingress", { istio: "gw", "gateway.networking.k8s.io/gateway-name": "gw" }),
    istio("DestinationRule", "web", "shop", {
      host: "web",
      trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } },
      subsets: [{ name: "v1", labels: { version: "v1" }, trafficPolicy: { loadBalancer: { simple: "RANDOM" } } }],
    }),
  );

/** A variable that 1.31 no longer has, as values of chart istiod. */
export const valuesFor31 = { pilot: { env: { PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY: "false" } } };
