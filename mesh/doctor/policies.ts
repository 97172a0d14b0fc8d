import type { IstioObject } from "./objects";

// Objects that decide for the proxies of a namespace, or of pods with labels.

type Labels = Readonly<Record<string, string>>;

/** @see https://istio.io/latest/docs/reference/config/networking/sidecar/ */
export interface SidecarSpec {
  readonly workloadSelector?: { readonly labels?: Labels };
  readonly egress?: readonly { readonly hosts?: readonly string[] }[];
  readonly ingress?: readonly { readonly port?: { readonly number?: number }; readonly defaultEndpoint?: string }[];
  readonly outboundTrafficPolicy?: { readonly mode?: string };
}
export type Sidecar = IstioObject<SidecarSpec>;

/** Who calls: each field names some, or all but some. */
export type PolicySource = Readonly<Record<string, readonly string[] | undefined>>;

export interface PolicyRule {
  readonly from?: readonly { readonly source?: PolicySource }[];
  /** What is called: as {@link PolicySource}. */
  readonly to?: readonly { readonly operation?: Readonly<Record<string, readonly string[] | undefined>> }[];
  readonly when?: readonly { readonly key?: string }[];
}

/** @see https://istio.io/latest/docs/reference/config/security/authorization-policy/ */
export interface AuthorizationPolicySpec {
  readonly action?: string;
  readonly selector?: { readonly matchLabels?: Labels };
  readonly targetRef?: object;
  readonly targetRefs?: readonly object[];
  readonly rules?: readonly PolicyRule[];
}
export type AuthorizationPolicy = IstioObject<AuthorizationPolicySpec>;

interface FilterMatch {
  readonly name?: string;
  readonly subFilter?: { readonly name?: string };
}

/** One change of the proxies' configuration. */
export interface EnvoyPatch {
  readonly applyTo?: string;
  readonly match?: {
    readonly context?: string;
    readonly proxy?: { readonly proxyVersion?: string };
    readonly listener?: { readonly filterChain?: { readonly filter?: FilterMatch } };
  };
  readonly patch?: { readonly operation?: string; readonly value?: { readonly name?: string } };
}

/** @see https://istio.io/latest/docs/reference/config/networking/envoy-filter/ */
export interface EnvoyFilterSpec {
  readonly workloadSelector?: { readonly labels?: Labels };
  readonly targetRefs?: readonly object[];
  readonly priority?: number;
  readonly configPatches?: readonly EnvoyPatch[];
}
export type EnvoyFilter = IstioObject<EnvoyFilterSpec>;
