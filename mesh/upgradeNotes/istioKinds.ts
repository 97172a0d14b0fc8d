import type { Labels, Selector, Thing } from "./thing";

// Parts of Istio's objects, and of the Gateway API's, that notes read. The API server has checked them against their schema.

interface Tls {
  readonly mode?: string;
  readonly caCertificates?: string;
  readonly clientCertificate?: string;
  readonly credentialName?: string;
  readonly insecureSkipVerify?: boolean;
  readonly sni?: string;
}

export interface TrafficPolicy {
  readonly tls?: Tls;
  readonly outlierDetection?: { readonly minHealthPercent?: number };
  readonly connectionPool?: unknown;
  readonly loadBalancer?: { readonly consistentHash?: unknown };
  readonly retryBudget?: { readonly percent?: unknown };
  readonly portLevelSettings?: readonly TrafficPolicy[];
}

export type DestinationRule = Thing<{
  readonly host: string;
  readonly exportTo?: readonly string[];
  readonly trafficPolicy?: TrafficPolicy;
  readonly subsets?: readonly { readonly name: string; readonly trafficPolicy?: TrafficPolicy }[];
}>;

interface Destination {
  readonly destination?: { readonly host?: string };
}

export interface HttpRoute {
  readonly route?: readonly Destination[];
  readonly mirror?: { readonly host?: string };
  readonly mirrors?: readonly Destination[];
  readonly retries?: { readonly attempts?: number; readonly retryOn?: string };
  readonly corsPolicy?: unknown;
}

export type VirtualService = Thing<{
  readonly hosts?: readonly string[];
  readonly gateways?: readonly string[];
  readonly exportTo?: readonly string[];
  readonly http?: readonly HttpRoute[];
  readonly tcp?: readonly { readonly route?: readonly Destination[] }[];
  readonly tls?: readonly { readonly route?: readonly Destination[] }[];
}>;

export type ServiceEntry = Thing<{
  readonly hosts?: readonly string[];
  readonly addresses?: readonly string[];
  readonly exportTo?: readonly string[];
  readonly location?: string;
  readonly resolution?: string;
  readonly workloadSelector?: { readonly labels?: Labels };
  readonly ports?: readonly {
    readonly number: number;
    readonly protocol?: string;
    readonly name?: string;
    readonly targetPort?: number;
  }[];
}>;

export type Sidecar = Thing<{
  readonly workloadSelector?: unknown;
  readonly egress?: readonly { readonly hosts?: readonly string[] }[];
}>;

interface Reference {
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

export type GatewayApiGateway = Thing<{
  readonly gatewayClassName?: string;
  readonly addresses?: readonly unknown[];
  readonly listeners?: readonly {
    readonly hostname?: string;
    readonly tls?: { readonly certificateRefs?: readonly Reference[] };
  }[];
}>;

/** Istio's kinds and the Gateway API's. */
export interface Istio {
  readonly serviceEntries: ServiceEntry;
  readonly virtualServices: VirtualService;
  readonly destinationRules: DestinationRule;
  readonly gateways: Thing<{ readonly selector?: Labels }>;
  readonly sidecars: Sidecar;
  readonly envoyFilters: Thing;
  readonly workloadEntries: Thing<{ readonly labels?: Labels }>;
  readonly proxyConfigs: Thing<{ readonly environmentVariables?: Labels; readonly selector?: Selector }>;
  readonly telemetries: Thing<{
    readonly tracing?: readonly { readonly providers?: readonly { readonly name?: string }[] }[];
  }>;
  readonly wasmPlugins: Thing<{ readonly failStrategy?: string }>;
  readonly requestAuthentications: Thing<{ readonly jwtRules?: readonly { readonly jwksUri?: string }[] }>;
  readonly authorizationPolicies: Thing;
  readonly gatewayApiGateways: GatewayApiGateway;
  readonly httpRoutes: Thing<{
    readonly rules?: readonly {
      readonly backendRefs?: readonly Reference[];
      readonly filters?: readonly { readonly type?: string }[];
    }[];
  }>;
  readonly tlsRoutes: Thing;
  readonly tcpRoutes: Thing;
  readonly backendTlsPolicies: Thing<{
    readonly targetRefs?: readonly Reference[];
    readonly validation?: { readonly caCertificateRefs?: readonly Reference[] };
  }> & {
    readonly status?: {
      readonly ancestors?: readonly {
        readonly conditions?: readonly { readonly type: string; readonly status: string }[];
      }[];
    };
  };
  /** Of the group before v1, inference.networking.x-k8s.io. */
  readonly inferencePools: Thing;
}
