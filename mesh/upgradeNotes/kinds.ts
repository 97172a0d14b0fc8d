import type { Istio } from "./istioKinds";
import type { Labels, Thing } from "./thing";

// What the notes read of objects, as the API server gives them: parts that a person may have left out are optional.

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath?: string } };
  }[];
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly serviceAccountName?: string;
  readonly restartPolicy?: string;
}

export interface Pod extends Thing<PodSpec> {
  readonly metadata: Thing["metadata"] & { readonly ownerReferences?: readonly { readonly kind: string }[] };
  readonly status?: { readonly phase?: string };
}

export type Deployment = Thing<{
  readonly template: { readonly metadata?: { readonly labels?: Labels }; readonly spec?: PodSpec };
}>;

export type Service = Thing<{
  readonly type?: string;
  readonly externalName?: string;
  readonly clusterIP?: string;
  readonly selector?: Labels;
  readonly trafficDistribution?: string;
  readonly publishNotReadyAddresses?: boolean;
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly appProtocol?: string }[];
}>;

export interface Node extends Thing {
  readonly status?: { readonly nodeInfo?: { readonly kubeletVersion?: string } };
}

export interface ConfigMap extends Thing {
  readonly data?: Labels;
}

export interface RoleBinding extends Thing {
  readonly roleRef?: { readonly name?: string };
  readonly subjects?:
    readonly { readonly kind?: string; readonly name?: string; readonly namespace?: string }[] | undefined;
}

export interface Webhooks extends Thing {
  readonly webhooks?: readonly {
    readonly name: string;
    readonly rules?: readonly { readonly resources?: readonly string[] }[];
  }[];
}

/** A Secret's keys; its values are never read further than the reader. */
export interface SecretKeys extends Thing {
  readonly keys: readonly string[];
}

/** A CRD, of which only metadata is read. */
export type Crd = Thing;

/** A Helm release of istio-system with the values that a person gave. */
export interface Release extends Thing {
  readonly chart: string;
  readonly chartVersion: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Every kind of object that a note can read, by its name here. */
export interface Kinds extends Istio {
  readonly pods: Pod;
  readonly services: Service;
  readonly namespaces: Thing;
  readonly nodes: Node;
  /** Of istio-system. */
  readonly configMaps: ConfigMap;
  /** Of istio-system. */
  readonly deployments: Deployment;
  /** Of istio-system. */
  readonly serviceAccounts: Thing & { readonly imagePullSecrets?: readonly { readonly name?: string }[] };
  /** Secret `cacerts` of istio-system. */
  readonly cacerts: SecretKeys;
  /** Of istio-system. */
  readonly releases: Release;
  readonly networkPolicies: Thing;
  readonly podDisruptionBudgets: Thing;
  readonly horizontalPodAutoscalers: Thing;
  readonly podMonitors: Thing;
  readonly prometheusRules: Thing;
  readonly clusterRoleBindings: RoleBinding;
  readonly roleBindings: RoleBinding;
  readonly mutatingWebhooks: Webhooks;
  readonly crds: Crd;
}

export type Kind = keyof Kinds;

/** The objects of a cluster, by kind. */
export type Objects = { readonly [K in Kind]: readonly Kinds[K][] };

/** The kinds by the name that a person knows. */
export const kindNames: Readonly<Record<Kind, string>> = {
  serviceEntries: "ServiceEntry",
  virtualServices: "VirtualService",
  destinationRules: "DestinationRule",
  gateways: "Gateway (Istio)",
  sidecars: "Sidecar",
  envoyFilters: "EnvoyFilter",
  workloadEntries: "WorkloadEntry",
  proxyConfigs: "ProxyConfig",
  telemetries: "Telemetry",
  wasmPlugins: "WasmPlugin",
  requestAuthentications: "RequestAuthentication",
  authorizationPolicies: "AuthorizationPolicy",
  gatewayApiGateways: "Gateway (Gateway API)",
  httpRoutes: "HTTPRoute",
  tlsRoutes: "TLSRoute",
  tcpRoutes: "TCPRoute",
  backendTlsPolicies: "BackendTLSPolicy",
  inferencePools: "InferencePool",
  pods: "Pod",
  services: "Service",
  namespaces: "Namespace",
  nodes: "Node",
  configMaps: "ConfigMap in istio-system",
  deployments: "Deployment in istio-system",
  serviceAccounts: "ServiceAccount in istio-system",
  cacerts: "Secret cacerts in istio-system",
  releases: "Helm's records in istio-system",
  networkPolicies: "NetworkPolicy",
  podDisruptionBudgets: "PodDisruptionBudget",
  horizontalPodAutoscalers: "HorizontalPodAutoscaler",
  podMonitors: "PodMonitor",
  prometheusRules: "PrometheusRule",
  clusterRoleBindings: "ClusterRoleBinding",
  roleBindings: "RoleBinding",
  mutatingWebhooks: "MutatingWebhookConfiguration",
  crds: "CustomResourceDefinition",
};

/** A cluster without an object. */
export const noObjects = Object.fromEntries(Object.keys(kindNames).map((kind) => [kind, []])) as unknown as Objects;
