import { defaultRevision } from "../istio/controlPlanes";

/** The label that Istio asks first: with it on a namespace, whatever its value, `istio.io/rev` counts for nothing. */
export const injectionLabel = "istio-injection";

/**
 * What takes a namespace away from the revision that its label `istio.io/rev` names: the value of a label `istio-injection` beside
 * it. This program writes one of the two; both are there where somebody else wrote the other. `undefined`: nothing does.
 */
export function overridden(labels: Readonly<Record<string, string>> = {}, revision: string): string | undefined {
  return revision !== defaultRevision && labels["istio.io/rev"] === revision ? labels[injectionLabel] : undefined;
}

/** What is said of it before it is removed. */
export const overriddenText = (namespace: string, value: string) =>
  `namespace ${namespace} has the label ${injectionLabel}=${value}, which wins over istio.io/rev; up removes it`;

/** What is said once it is. */
export const settledText = (namespace: string, value: string) =>
  `namespace ${namespace}: label ${injectionLabel}=${value} removed, which won over istio.io/rev`;

/** What is said where the revision is not fit to serve. @param why it could not be put back; absent: it was */
export const putBackText = (namespace: string, value: string, why: string | undefined) =>
  why === undefined
    ? `namespace ${namespace}: label ${injectionLabel}=${value} put back, as the control plane is not fit`
    : `namespace ${namespace}: label ${injectionLabel}=${value} could not be put back (${why}); by hand: ` +
      `kubectl label namespace ${namespace} ${injectionLabel}=${value}`;
