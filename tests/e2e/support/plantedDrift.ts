/** What is changed by hand, and how `drift` names it; `up --reapply` puts back all of it but what is additional. */
export interface Planted {
  readonly what: string;
  readonly by: readonly string[];
  readonly name: string;
  /** Places that are named; none where the whole object is missing. */
  readonly places?: readonly string[];
}

const patched = (kind: string, name: string, patch: readonly object[], at = "istio-system") => [
  ...["patch", kind, name, "-n", at, "--type", "json", "-p", JSON.stringify(patch)],
];
const replaced = (path: string, value: unknown) => ({ op: "replace", path, value });
const removed = (path: string) => ({ op: "remove", path });
const deleted = (kind: string, name: string, at = "istio-system") => ["delete", kind, name, "-n", at];
const system = (kind: string, name: string) => `${kind} istio-system/${name}`;

const container = "/spec/template/spec/containers/0";
const discovery = "spec.template.spec.containers[discovery]";

/** Each kind of drift once; a Deployment's go last, together. */
export const plantedDrift: readonly Planted[] = [
  {
    what: "a value of a ConfigMap",
    by: ["patch", "configmap", "istio", "-n", "istio-system", "--type", "merge", "-p", '{"data":{"mesh":"a: b"}}'],
    name: system("ConfigMap", "istio"),
    places: ["data.mesh"],
  },
  {
    what: "a key of a ConfigMap that is gone",
    by: patched("configmap", "istio-sidecar-injector", [removed("/data/values")]),
    name: system("ConfigMap", "istio-sidecar-injector"),
    places: ["data.values"],
  },
  { what: "a ConfigMap that is gone", by: deleted("configmap", "values"), name: system("ConfigMap", "values") },
  {
    what: "a Service's port",
    by: patched("service", "istiod", [replaced("/spec/ports/0/port", 15999)]),
    name: system("Service", "istiod"),
    places: ["spec.ports"],
  },
  {
    what: "a Service's selector",
    by: patched("service", "kiali", [replaced("/spec/selector/app.kubernetes.io~1name", "nobody")]),
    name: system("Service", "kiali"),
    places: ['spec.selector["app.kubernetes.io/name"]'],
  },
  {
    what: "a rule that is gone from a ClusterRole",
    by: patched("clusterrole", "istiod-clusterrole-istio-system", [removed("/rules/0")]),
    name: "ClusterRole istiod-clusterrole-istio-system",
    places: ["rules"],
  },
  {
    what: "a rule that was added to a ClusterRole",
    by: patched("clusterrole", "istio-reader-clusterrole-istio-system", [
      { op: "add", path: "/rules/-", value: { apiGroups: [""], resources: ["secrets"], verbs: ["*"] } },
    ]),
    name: "ClusterRole istio-reader-clusterrole-istio-system",
    places: ["rules"],
  },
  { what: "a Role that is gone", by: deleted("role", "istiod"), name: system("Role", "istiod") },
  {
    what: "a binding to somebody else",
    by: patched("clusterrolebinding", "istio-reader-clusterrole-istio-system", [
      replaced("/subjects/0/name", "somebody"),
    ]),
    name: "ClusterRoleBinding istio-reader-clusterrole-istio-system",
    places: ["subjects"],
  },
  {
    what: "a binding that is gone",
    by: deleted("rolebinding", "istiod"),
    name: system("RoleBinding", "istiod"),
  },
  {
    what: "an account that is gone",
    by: deleted("serviceaccount", "istio-reader-service-account"),
    name: system("ServiceAccount", "istio-reader-service-account"),
  },
  {
    what: "whom a webhook asks about",
    by: patched("mutatingwebhookconfiguration", "istio-sidecar-injector", [
      { op: "add", path: "/webhooks/0/namespaceSelector", value: { matchLabels: { nobody: "here" } } },
    ]),
    name: "MutatingWebhookConfiguration istio-sidecar-injector",
    places: ["webhooks[rev.namespace.sidecar-injector.istio.io].namespaceSelector"],
  },
  {
    what: "a webhook's configuration that is gone",
    by: deleted("validatingwebhookconfiguration", "istio-validator-istio-system"),
    name: "ValidatingWebhookConfiguration istio-validator-istio-system",
  },
  {
    what: "an autoscaler's bound",
    by: patched("hpa", "istiod", [replaced("/spec/maxReplicas", 9)]),
    name: system("HorizontalPodAutoscaler", "istiod"),
    places: ["spec.maxReplicas"],
  },
  {
    what: "a definition's columns",
    by: patched("crd", "gateways.networking.istio.io", [replaced("/spec/names/shortNames", ["gww"])]),
    name: "CustomResourceDefinition gateways.networking.istio.io",
    places: ["spec.names.shortNames"],
  },
  {
    what: "a definition that is gone",
    by: deleted("crd", "proxyconfigs.networking.istio.io"),
    name: "CustomResourceDefinition proxyconfigs.networking.istio.io",
  },
  {
    what: "the host of a ServiceEntry",
    by: patched("serviceentry", "mysql", [replaced("/spec/hosts/0", "other.example.com")], "local700"),
    name: "ServiceEntry local700/mysql",
    places: ["spec.hosts"],
  },
  {
    what: "a ServiceEntry that is gone",
    by: deleted("serviceentry", "smtp", "local700"),
    name: "ServiceEntry local700/smtp",
  },
  {
    what: "the namespace's label for injection",
    by: ["label", "namespace", "local700", "istio-injection=disabled", "--overwrite"],
    name: "Namespace local700",
    places: ["metadata.labels.istio-injection"],
  },
  {
    what: "an image, a variable and a request of a Deployment",
    by: patched("deployment", "istiod", [
      replaced(`${container}/image`, "docker.io/istio/pilot:1.30.2"),
      replaced(`${container}/env/0/value`, "nonsense"),
      replaced(`${container}/resources/requests/cpu`, "1m"),
    ]),
    name: system("Deployment", "istiod"),
    places: [`${discovery}.env`, `${discovery}.image`, `${discovery}.resources.requests.cpu`],
  },
  { what: "a Deployment that is gone", by: deleted("deployment", "kiali"), name: system("Deployment", "kiali") },
];

/** Configuration of the whole mesh that nobody asked for. */
export const stray = {
  apiVersion: "networking.istio.io/v1alpha3",
  kind: "EnvoyFilter",
  metadata: { name: "stray", namespace: "istio-system" },
  spec: { configPatches: [] },
};
/** What an older chart of a release left. */
export const leftover = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name: "leftover",
    namespace: "istio-system",
    annotations: { "meta.helm.sh/release-name": "istiod", "meta.helm.sh/release-namespace": "istio-system" },
  },
};
