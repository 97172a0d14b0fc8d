import type { V1Pod, V1Service } from "@kubernetes/client-node";
import type { Layout } from "../../settings/types";
import type { ControlPlane } from "../istio/controlPlanes";
import type { HelmRevision } from "../upgrade/gateTypes";
import type { Objects } from "../upgradeNotes/kinds";
import type {
  DestinationRule,
  Gateway,
  ObjectMetadata,
  PeerAuthentication,
  ServiceEntry,
  VirtualService,
} from "./objects";
import type { AuthorizationPolicy, EnvoyFilter, Sidecar } from "./policies";
import type { Ejected, GatewaySecret, PodListeners, ProxyCounters, ProxyEvidence } from "./running/evidence";

/** A webhook of the API server's. */
export interface Webhook {
  /** `MutatingWebhookConfiguration` or `ValidatingWebhookConfiguration`. */
  readonly kind: string;
  /** Of the configuration. */
  readonly configuration: ObjectMetadata;
  readonly name: string;
  /** `Fail` where nothing else is said. */
  readonly failurePolicy: string;
  readonly caBundle: string;
  /** Absent where it is called by URL. */
  readonly service?: { readonly name: string; readonly namespace: string };
}

/** What of the mesh's own configuration decides. */
export interface MeshConfig {
  /** `REGISTRY_ONLY` or `ALLOW_ANY`, Istio's default. */
  readonly outbound: string;
  /** Whether sidecars answer DNS themselves, with the addresses that istiod gives. */
  readonly dnsCapture: boolean;
  /** Whether they give addresses themselves, unseen, as versions before 1.25 do. */
  readonly allocates: boolean;
}

/** A certificate of the mesh. */
export interface MeshCertificate {
  /** Where it is: `Secret istio-system/cacerts`. */
  readonly object: string;
  readonly subject: string;
  /** When it ends, ISO 8601. */
  readonly end: string;
}

/** A proxy that refused configuration. */
export interface Rejection {
  /** `pod.namespace`, as istiod names it. */
  readonly proxy: string;
  /** What kind of configuration. */
  readonly type: string;
  readonly message: string;
}

/** A conflict that istiod found, out of its `/debug/push_status`. */
export interface PushConflict {
  /** Name of the metric that counts it. */
  readonly metric: string;
  /** What it is about: a host, a listener. */
  readonly key: string;
  readonly message: string;
}

/** What istiod says of itself and of its proxies. */
export interface IstiodEvidence {
  readonly rejected: number;
  readonly rejections: readonly Rejection[];
  readonly conflicts: readonly PushConflict[];
}

/** What the settings say, where the stack is known. */
export interface WantedMesh {
  readonly chartRepository?: string | undefined;
  readonly hub?: string | undefined;
  /** Acknowledged risks: `istio.allow`. */
  readonly allow: readonly string[];
  /** How long a change of a release may take, in seconds. Default: not known. */
  readonly timeoutSeconds?: number | undefined;
  /** Name of the stack. Default: not known. */
  readonly stack?: string | undefined;
  /** Names of the stack's releases; another's heal with its owner. Default: not known. */
  readonly releases?: readonly string[] | undefined;
}

/** All that is read of a cluster before anything is judged. */
export interface Evidence {
  /** Namespaces of the instances that are judged. */
  readonly instances: readonly string[];
  readonly now: Date;
  /** `major.minor` of the API server. */
  readonly kubernetes?: string | undefined;
  readonly layout: Layout;
  readonly namespaces: readonly ObjectMetadata[];
  /** Instances whose namespace is not there. */
  readonly absent: readonly string[];
  readonly pods: readonly V1Pod[];
  /** Whether pods of other namespaces than the instances' and istio-system may not be seen. */
  readonly podsUnseen: boolean;
  readonly services: readonly V1Service[];
  readonly controlPlanes: readonly ControlPlane[];
  /** Whether control planes may not be seen: then there are none above. */
  readonly planesUnseen: boolean;
  readonly virtualServices: readonly VirtualService[];
  readonly destinationRules: readonly DestinationRule[];
  readonly serviceEntries: readonly ServiceEntry[];
  readonly gateways: readonly Gateway[];
  readonly peerAuthentications: readonly PeerAuthentication[];
  readonly sidecars: readonly Sidecar[];
  readonly authorizationPolicies: readonly AuthorizationPolicy[];
  readonly envoyFilters: readonly EnvoyFilter[];
  /** Where variables of istiod and of proxies are set, beside pods. */
  readonly settings: Pick<Objects, "deployments" | "configMaps" | "proxyConfigs">;
  /** Secrets that the instances' Gateways name, as far as they may be read. */
  readonly gatewaySecrets: readonly GatewaySecret[];
  readonly webhooks: readonly Webhook[];
  readonly records: readonly HelmRevision[];
  /** CRDs of the Gateway API. */
  readonly gatewayCrds: readonly ObjectMetadata[];
  readonly meshConfig: MeshConfig;
  /** Keys of Secret `cacerts`; absent where there is none. */
  readonly cacertsKeys?: readonly string[] | undefined;
  readonly certificates: readonly MeshCertificate[];
  readonly istiod?: IstiodEvidence | undefined;
  readonly proxies: readonly ProxyEvidence[];
  readonly counters: readonly ProxyCounters[];
  readonly ejected: readonly Ejected[];
  /** Of one pod of each workload that a Service leads to. */
  readonly listening: readonly PodListeners[];
  /** Proxies that hold a fault whose object is gone, `namespace/pod`. */
  readonly stuckFaults: readonly string[];
  readonly wanted?: WantedMesh | undefined;
  /** What could not be read, and why, a line each: nothing was judged of it. */
  readonly unseen: readonly string[];
}
