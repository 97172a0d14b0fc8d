import { compareMinors } from "../istio/releases";

/**
 * Chart repositories that are switched off together with the image registries.
 * @see https://istio.io/latest/blog/2026/retirement-of-gcp/
 */
export const closingCharts = [
  "https://istio-release.storage.googleapis.com/",
  "https://storage.googleapis.com/istio-release/",
] as const;

/** The Gateway API that a minor of Istio was built with, `major.minor`. @see go.mod of each release */
const gatewayApi: Readonly<Record<string, string>> = {
  ...{ "1.23": "1.1", "1.24": "1.2", "1.25": "1.2", "1.26": "1.3", "1.27": "1.3", "1.28": "1.4", "1.29": "1.4" },
  ...{ "1.30": "1.5", "1.31": "1.6" },
};

/**
 * The oldest Gateway API whose CRD of a kind istiod watches, from the minor of Istio on.
 * @see https://github.com/istio/istio pkg/config/schema/gatewayapi/minimumversions.go
 */
const oldestCrd: Readonly<Record<string, { readonly since: string; readonly bundle: string }>> = {
  "grpcroutes.gateway.networking.k8s.io": { since: "1.23", bundle: "1.1" },
  "backendtlspolicies.gateway.networking.k8s.io": { since: "1.28", bundle: "1.4" },
  "tlsroutes.gateway.networking.k8s.io": { since: "1.30", bundle: "1.5" },
  "tcproutes.gateway.networking.k8s.io": { since: "1.31", bundle: "1.6" },
};

/** Why the CRD of a kind does not fit a minor of Istio; `undefined`: it does, or nothing is known. */
export function crdTrouble(crd: string, bundle: string, istio: string): string | undefined {
  const oldest = oldestCrd[crd];
  if (oldest !== undefined && compareMinors(istio, oldest.since) >= 0 && compareMinors(bundle, oldest.bundle) < 0)
    return `is of Gateway API ${bundle}, and Istio ${istio} ignores it below ${oldest.bundle}`;
  const built = gatewayApi[istio];
  if (built !== undefined && compareMinors(bundle, built) > 0)
    return `is of Gateway API ${bundle}, and Istio ${istio} was built with ${built}: what ${bundle} no longer serves is ignored`;
  return undefined;
}
