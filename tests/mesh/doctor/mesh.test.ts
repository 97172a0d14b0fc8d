import assert from "node:assert/strict";
import type { IstiodEvidence } from "../../../mesh/doctor/evidence";
import { istiodPod, istiodService, plane, record, served, system, webhook } from "./planes";
import { found, itFinds, object, only, pod, service } from "./support";

const quiet: IstiodEvidence = { rejected: 0, rejections: [], conflicts: [] };
const crd = (name: string, version: string) => ({
  name: `${name}.gateway.networking.k8s.io`,
  annotations: { "gateway.networking.k8s.io/bundle-version": version },
});
const ca = (end: string) => [{ object: "Secret istio-system/cacerts", subject: "O=Example", end }];

describe("doctor: the mesh's own parts", () => {
  itFinds([
    {
      title: "named by istiod, with Envoy's own words",
      hit: "config-rejected Proxy ps-1.dev701",
      of: {
        istiod: {
          ...quiet,
          rejected: 3,
          rejections: [{ proxy: "ps-1.dev701", type: "Listener", message: "no such filter" }],
        },
      },
      near: { istiod: quiet },
    },
    {
      title: "counted by an istiod that does not name them",
      hit: "config-rejected Deployment istio-system/istiod",
      of: { istiod: { ...quiet, rejected: 3 } },
      near: { istiod: quiet },
    },
    {
      title: "that nothing else explains",
      hit: "push-conflict 0.0.0.0:3306",
      of: {
        istiod: {
          ...quiet,
          conflicts: [{ metric: "pilot_conflict_inbound_listener", key: "0.0.0.0:3306", message: "" }],
        },
      },
      // Not every count is a conflict: a Service without pods is one of these.
      near: {
        istiod: { ...quiet, conflicts: [{ metric: "pilot_eds_no_instances", key: "outbound|80||web", message: "" }] },
      },
    },
    {
      title: "and no istiod is ready",
      hit: "webhook-unserved MutatingWebhookConfiguration istio-sidecar-injector",
      of: { services: [istiodService], pods: [istiodPod(false)], webhooks: [webhook()] },
      near: { services: [istiodService], pods: [istiodPod(false)], webhooks: [webhook({ failurePolicy: "Ignore" })] },
    },
    {
      title: "an empty authority",
      hit: "webhook-authority MutatingWebhookConfiguration istio-sidecar-injector",
      of: { ...served, webhooks: [webhook({ caBundle: "" })] },
      near: { ...served, webhooks: [webhook(), webhook({ name: "object.sidecar-injector.istio.io" })] },
    },
    {
      title: "of a control plane that is gone",
      hit: "webhook-left ValidatingWebhookConfiguration istio-galley",
      of: {
        ...served,
        webhooks: [
          webhook({
            kind: "ValidatingWebhookConfiguration",
            configuration: { name: "istio-galley" },
            service: { name: "istio-galley", ...system },
          }),
        ],
      },
      // Somebody else's, and one that is called by URL.
      near: {
        ...served,
        webhooks: [webhook({ configuration: { name: "cert-manager" }, service: { name: "cm", namespace: "cm" } })],
      },
    },
    {
      title: "an image that was set by hand",
      hit: "release-differs Deployment istio-system/istiod",
      of: { records: [record("deployed")], controlPlanes: [plane("1.30.4")] },
      near: { records: [record("deployed")] },
    },
    {
      title: "an image",
      hit: "registry-closes Namespace dev701",
      of: { pods: [pod("ps", { image: "registry.istio.io/release/proxyv2:1.30.3" })] },
      near: { pods: [pod("ps", { image: "registry.istio.io.example.com/proxyv2:1.30.3" })] },
    },
    {
      title: "in the settings",
      hit: "registry-closes the stack's settings",
      of: { wanted: { allow: [], chartRepository: "https://istio-release.storage.googleapis.com/charts" } },
      near: {
        wanted: { allow: [], chartRepository: "https://blob.istio.io/istio-release/charts", hub: "docker.io/istio" },
      },
    },
    {
      title: "unless it is acknowledged",
      hit: "end-of-life Deployment istio-system/istiod",
      of: { controlPlanes: [plane("1.28.10")] },
      near: { controlPlanes: [plane("1.28.10")], wanted: { allow: ["end-of-life"] } },
    },
    {
      title: "until it is fixed",
      hit: "bad-version Deployment istio-system/istiod",
      of: { controlPlanes: [plane("1.30.2")] },
      near: { controlPlanes: [plane("1.30.3")] },
    },
    {
      title: "newer than it knows",
      hit: "kubernetes-unfit Deployment istio-system/istiod",
      of: { kubernetes: "1.37" },
      near: { kubernetes: "1.36" },
    },
    {
      title: "newer than istiod was built with",
      hit: "gateway-api-unfit CustomResourceDefinition httproutes.gateway.networking.k8s.io",
      of: { gatewayCrds: [crd("httproutes", "v1.6.0")] },
      near: { gatewayCrds: [crd("httproutes", "v1.4.0")] },
    },
    {
      title: "older than istiod watches",
      hit: "gateway-api-unfit CustomResourceDefinition tlsroutes.gateway.networking.k8s.io",
      of: { gatewayCrds: [crd("tlsroutes", "v1.4.0")] },
      near: { gatewayCrds: [crd("tlsroutes", "v1.5.1")] },
    },
    {
      title: "in ten days",
      hit: "certificate-ends Secret istio-system/cacerts",
      of: { certificates: ca("2026-12-06T00:00:00Z") },
      near: { certificates: ca("2027-12-06T00:00:00Z") },
    },
    {
      title: "one of its four keys",
      hit: "cacerts-incomplete Secret istio-system/cacerts",
      of: { cacertsKeys: ["ca-cert.pem", "ca-key.pem", "root-cert.pem"] },
      near: { cacertsKeys: ["tls.crt", "tls.key", "ca.crt"] },
    },
    {
      title: "nobody's labels",
      hit: "gateway-without-pods Gateway dev701/in",
      of: { gateways: [object("Gateway", "in", { selector: { istio: "ingress" } })] },
      near: { gateways: [object("Gateway", "in", { selector: { istio: "ingress" } })], podsUnseen: true },
    },
  ]);

  it("of a patch with several defects all are named, with the newest patch that one of them needs", () => {
    const { sentence, remedy } = only({ controlPlanes: [plane("1.30.0")] });
    assert.match(
      sentence,
      /^1\.30\.0 is known to be bad: .* refuse; 1\.30\.0 sends nothing.*; 1\.30\.0 to 1\.30\.2 push/,
    );
    assert.equal(remedy, "go to 1.30.3 or newer: istio.version, then npm run up");
  });

  it("a conflict of istiod's that another finding explains is said once", () => {
    const route = (name: string) =>
      object("VirtualService", name, { hosts: ["web"], http: [{ route: [{ destination: { host: "web" } }] }] });
    const message = "web.dev701.svc.cluster.local:80";
    assert.deepEqual(
      found({
        services: [service("web", [{ name: "http" }])],
        virtualServices: [route("a"), route("b")],
        istiod: { ...quiet, conflicts: [{ metric: "pilot_vservice_dup_domain", key: message, message }] },
      }),
      ["route-hidden VirtualService dev701/b"],
    );
  });
});
