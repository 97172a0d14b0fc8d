import type { Kind } from "../../../../mesh/upgradeNotes/kinds";

/** Where an API server has a kind. */
export interface Place {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly ofCluster?: true;
}

const of =
  (apiVersion: string, more: { readonly ofCluster?: true } = {}) =>
  (kind: string, plural: string): Place => ({ apiVersion, kind, plural, ...more });
const core = of("v1");
const wide = of("v1", { ofCluster: true });
const networking = of("networking.istio.io/v1");
const security = of("security.istio.io/v1");
const gateway = of("gateway.networking.k8s.io/v1");
const rbac = "rbac.authorization.k8s.io/v1";

/** Kinds whose objects exist once, or are read otherwise than they are written. */
export type Other = "releases" | "cacerts" | "crds";

/** Where the API server has the kinds of fixtures, each in the version that a person writes today. */
export const places: Readonly<Record<Exclude<Kind, Other>, Place>> = {
  serviceEntries: networking("ServiceEntry", "serviceentries"),
  virtualServices: networking("VirtualService", "virtualservices"),
  destinationRules: networking("DestinationRule", "destinationrules"),
  gateways: networking("Gateway", "gateways"),
  sidecars: networking("Sidecar", "sidecars"),
  envoyFilters: of("networking.istio.io/v1alpha3")("EnvoyFilter", "envoyfilters"),
  workloadEntries: networking("WorkloadEntry", "workloadentries"),
  proxyConfigs: of("networking.istio.io/v1beta1")("ProxyConfig", "proxyconfigs"),
  telemetries: of("telemetry.istio.io/v1")("Telemetry", "telemetries"),
  wasmPlugins: of("extensions.istio.io/v1alpha1")("WasmPlugin", "wasmplugins"),
  requestAuthentications: security("RequestAuthentication", "requestauthentications"),
  authorizationPolicies: security("AuthorizationPolicy", "authorizationpolicies"),
  gatewayApiGateways: gateway("Gateway", "gateways"),
  httpRoutes: gateway("HTTPRoute", "httproutes"),
  tlsRoutes: gateway("TLSRoute", "tlsroutes"),
  tcpRoutes: of("gateway.networking.k8s.io/v1alpha2")("TCPRoute", "tcproutes"),
  backendTlsPolicies: gateway("BackendTLSPolicy", "backendtlspolicies"),
  inferencePools: of("inference.networking.x-k8s.io/v1alpha2")("InferencePool", "inferencepools"),
  podMonitors: of("monitoring.coreos.com/v1")("PodMonitor", "podmonitors"),
  prometheusRules: of("monitoring.coreos.com/v1")("PrometheusRule", "prometheusrules"),
  pods: core("Pod", "pods"),
  services: core("Service", "services"),
  configMaps: core("ConfigMap", "configmaps"),
  serviceAccounts: core("ServiceAccount", "serviceaccounts"),
  namespaces: wide("Namespace", "namespaces"),
  nodes: wide("Node", "nodes"),
  deployments: of("apps/v1")("Deployment", "deployments"),
  networkPolicies: of("networking.k8s.io/v1")("NetworkPolicy", "networkpolicies"),
  podDisruptionBudgets: of("policy/v1")("PodDisruptionBudget", "poddisruptionbudgets"),
  horizontalPodAutoscalers: of("autoscaling/v2")("HorizontalPodAutoscaler", "horizontalpodautoscalers"),
  clusterRoleBindings: of(rbac, { ofCluster: true })("ClusterRoleBinding", "clusterrolebindings"),
  roleBindings: of(rbac)("RoleBinding", "rolebindings"),
  mutatingWebhooks: of("admissionregistration.k8s.io/v1", { ofCluster: true })(
    "MutatingWebhookConfiguration",
    "mutatingwebhookconfigurations",
  ),
};

/** Path of a kind's objects. */
export function listPath({ apiVersion, plural }: Place, namespace: string | undefined): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`;
}
