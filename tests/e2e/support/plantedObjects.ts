import { generate } from "selfsigned";
import { service, virtualService } from "./callers";

// Objects with a mistake, or parts of them.

export const namespace = "dev701";
const versions: Readonly<Record<string, string>> = {
  PeerAuthentication: "security.istio.io/v1beta1",
  AuthorizationPolicy: "security.istio.io/v1beta1",
  ProxyConfig: "networking.istio.io/v1beta1",
};
export const istio = (kind: string, name: string, spec: object, metadata: object = {}) => ({
  apiVersion: versions[kind] ?? "networking.istio.io/v1alpha3",
  kind,
  metadata: { name, namespace, ...metadata },
  spec,
});
export const entry = (name: string, spec: object, metadata: object = {}) =>
  istio(
    "ServiceEntry",
    name,
    { hosts: [`${name}.example.com`], resolution: "DNS", exportTo: ["."], ...spec },
    metadata,
  );
export const ports = (number: number, protocol: string) => [{ number, name: `p-${String(number)}`, protocol }];
export const rule = (name: string, spec: object) => istio("DestinationRule", name, { host: "ps", ...spec });
export const http = (destination: object) => [{ route: [{ destination }] }];
export const over = (name: string, app: string, port: object) => ({
  ...service(name, {}),
  spec: { selector: { app }, ports: [port] },
});
export const pod = (name: string, spec: object, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, ...metadata },
  spec: { containers: [{ name: "app", image: "app:1" }], ...spec },
});
export const withProxy = (version: string) => ({
  containers: [
    { name: "app", image: "app:1" },
    { name: "istio-proxy", image: `docker.io/istio/proxyv2:${version}` },
  ],
});
export const uninjected = { labels: { "sidecar.istio.io/inject": "false" } };
/** A fault of this program's, with its end. */
export function marked(end: string): object {
  const one = virtualService("fault-service-ps-0000abcd", { hosts: ["ps"], exportTo: ["."] });
  const annotations = { "jam-istio/drill": "dev701-0000abcd", "jam-istio/end": end };
  return { ...one, metadata: { ...one.metadata, labels: { "jam-istio/fault": "active" }, annotations } };
}
export const secret = (data: Readonly<Record<string, string>>) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "cacerts", namespace: "istio-system" },
  stringData: data,
});
export const webhook = (kind: string, name: string, to: string, labels: object = {}) => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind,
  metadata: { name, labels },
  webhooks: [
    {
      name: "x.istio.io",
      admissionReviewVersions: ["v1"],
      sideEffects: "None",
      clientConfig: { service: { name: to, namespace: "istio-system", path: "/inject" } },
      rules: [{ apiGroups: ["example.com"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["things"] }],
    },
  ],
});
/** A CRD of the Gateway API, without its schema. */
export const crd = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: {
    name: "httproutes.gateway.networking.k8s.io",
    annotations: {
      "api-approved.kubernetes.io": "unapproved, for a test",
      "gateway.networking.k8s.io/bundle-version": "v1.6.0",
    },
  },
  spec: {
    group: "gateway.networking.k8s.io",
    names: { kind: "HTTPRoute", plural: "httproutes", singular: "httproute", listKind: "HTTPRouteList" },
    scope: "Namespaced",
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
  },
};
/** An authority that ends in three days. */
export async function endingAuthority(): Promise<object> {
  const notAfterDate = new Date(Date.now() + 3 * 86_400_000);
  const { cert, private: key } = await generate([{ name: "commonName", value: "ca" }], { notAfterDate });
  return secret({ "ca-cert.pem": cert, "ca-key.pem": key, "cert-chain.pem": cert, "root-cert.pem": cert });
}
