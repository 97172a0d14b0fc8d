/** What every object has, as the API server gives it. */
export interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly creationTimestamp?: string;
}

/** An object of Istio; an object without a spec has an empty one. */
export interface IstioObject<Spec> {
  readonly kind: string;
  readonly metadata: ObjectMetadata;
  readonly spec: Spec;
}

/** Where a rule sends. */
export interface Destination {
  readonly host?: string;
  readonly subset?: string;
  readonly port?: { readonly number?: number };
}

interface RouteRule {
  readonly match?: readonly { readonly port?: number; readonly gateways?: readonly string[] }[];
  readonly route?: readonly { readonly destination?: Destination }[];
}

/** @see https://istio.io/latest/docs/reference/config/networking/virtual-service/ */
export interface VirtualServiceSpec {
  readonly hosts?: readonly string[];
  readonly gateways?: readonly string[];
  readonly exportTo?: readonly string[];
  readonly http?: readonly (RouteRule & { readonly fault?: object })[];
  readonly tls?: readonly RouteRule[];
  readonly tcp?: readonly RouteRule[];
}
export type VirtualService = IstioObject<VirtualServiceSpec>;

/** Settings of TLS towards a destination. */
export interface ClientTls {
  readonly mode?: string;
}

/** Settings of a whole host, or of one port of it. */
interface PortPolicy {
  readonly tls?: ClientTls;
  readonly outlierDetection?: object;
}

export interface TrafficPolicy extends PortPolicy {
  readonly portLevelSettings?: readonly (PortPolicy & { readonly port?: { readonly number?: number } })[];
}

/** @see https://istio.io/latest/docs/reference/config/networking/destination-rule/ */
export interface DestinationRuleSpec {
  readonly host?: string;
  readonly exportTo?: readonly string[];
  readonly workloadSelector?: object;
  readonly trafficPolicy?: TrafficPolicy;
  readonly subsets?: readonly {
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly trafficPolicy?: TrafficPolicy;
  }[];
}
export type DestinationRule = IstioObject<DestinationRuleSpec>;

export interface ServiceEntryPort {
  readonly number: number;
  readonly name?: string;
  readonly protocol?: string;
}

/** @see https://istio.io/latest/docs/reference/config/networking/service-entry/ */
export interface ServiceEntrySpec {
  readonly hosts?: readonly string[];
  readonly addresses?: readonly string[];
  readonly ports?: readonly ServiceEntryPort[];
  readonly resolution?: string;
  readonly exportTo?: readonly string[];
}
export interface ServiceEntry extends IstioObject<ServiceEntrySpec> {
  /** What istiod wrote: the addresses that it gave hosts without any. */
  readonly status?: { readonly addresses?: readonly { readonly value?: string }[] };
}

/** @see https://istio.io/latest/docs/reference/config/security/peer_authentication/ */
export interface PeerAuthenticationSpec {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly mtls?: { readonly mode?: string };
}
export type PeerAuthentication = IstioObject<PeerAuthenticationSpec>;

/** A port of a Gateway, and the hosts that are served on it. */
export interface GatewayServer {
  readonly port?: { readonly number?: number; readonly protocol?: string };
  readonly hosts?: readonly string[];
  readonly tls?: {
    readonly mode?: string;
    readonly credentialName?: string;
    readonly credentialNames?: readonly string[];
  };
}

/** @see https://istio.io/latest/docs/reference/config/networking/gateway/ */
export interface GatewaySpec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly servers?: readonly GatewayServer[];
}
export type Gateway = IstioObject<GatewaySpec>;

/** `VirtualService dev701/app`. */
export const objectName = ({ kind, metadata: { name, namespace } }: Pick<IstioObject<unknown>, "kind" | "metadata">) =>
  `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
